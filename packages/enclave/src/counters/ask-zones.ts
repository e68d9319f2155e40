/** Asks the other zones of a placement at once, and waits for as many as are needed. */
import type { Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Peer } from '../ports/mesh.ts'
import { reportsNeeded } from '../replication/compare/boot-rule.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import type { Peers } from '../replication/peers/peers.ts'
import { whileAlive } from '../replication/peers/while-alive.ts'
import { type Deciding, isQuorum, placementsOf } from '../replication/quorum/quorum.ts'

/** Which zones have answered as they should. */
type Answered = (zone: ZoneId) => boolean

/** A majority together with this zone, of each placement that decides. */
export const votesFor =
  (deciding: Deciding, self: ZoneId) =>
  (answered: Answered): boolean =>
    isQuorum(deciding, (zone) => zone === self || answered(zone))

/**
 * So many that one of them is in every majority of a placement. This zone counts where it remembers
 * itself what it was part of.
 */
export const reportsFor =
  (deciding: Deciding, self: ZoneId, remembers: boolean) =>
  (answered: Answered): boolean =>
    placementsOf(deciding).every((zones) => {
      if (zones.length === 1 && zones[0] === self) return true
      const reporting = zones.filter((zone) => (zone === self ? remembers : answered(zone)))
      return reporting.length >= reportsNeeded(zones)
    })

export type Reply<Type extends PeerRequest['type']> = {
  readonly zone: ZoneId
  readonly answer: Result<PeerAnswer<Type>>
}

/**
 * Settles when enough answers count, or when all have settled; nobody waits for a zone that gives
 * no sign of life. What is late is not in the result: it goes on without the caller.
 */
export const askZones = async <Type extends PeerRequest['type']>(options: {
  readonly peers: Peers
  readonly clock: Pick<Clock, 'sleep'>
  readonly zones: readonly ZoneId[]
  readonly request: Extract<PeerRequest, { type: Type }>
  readonly isEnough: (answered: Answered) => boolean
  readonly counts: (answer: PeerAnswer<Type>) => boolean
}): Promise<readonly Reply<Type>[]> => {
  const { peers, zones, request, isEnough, counts } = options
  const replies: Reply<Type>[] = []
  const counted = new Set<ZoneId>()
  const isReached = (): boolean => isEnough((zone) => counted.has(zone))
  if (isReached()) return replies
  let enough: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    enough = resolve
  })
  const questions = zones.flatMap((zone) => {
    const peer: Peer | undefined = peers.ofZone(zone)
    if (peer === undefined) return []
    const asked = peers.ask<Type>(peer, request, peerTimeoutMs)
    return whileAlive(options, peer, asked).then((answer) => {
      replies.push({ zone, answer })
      if (answer.ok && counts(answer.value)) counted.add(zone)
      if (isReached()) enough()
    })
  })
  await Promise.race([reached, Promise.all(questions)])
  return [...replies]
}

/** Whether the zones that answered so are enough. */
export const isEnoughOf = <Type extends PeerRequest['type']>(
  replies: readonly Reply<Type>[],
  isEnough: (answered: Answered) => boolean,
  counts: (answer: PeerAnswer<Type>) => boolean,
): boolean => {
  const counted = new Set(
    replies.flatMap(({ zone, answer }) => (answer.ok && counts(answer.value) ? [zone] : [])),
  )
  return isEnough((zone) => counted.has(zone))
}
