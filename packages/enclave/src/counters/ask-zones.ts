/** Asks the other zones of a placement at once, and waits for as many as are needed. */
import type { Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import type { PeerAnswer, PeerRequest } from '../replication/messages.ts'
import type { Peers } from '../replication/peers.ts'
import { majorityOf } from '../time/agree.ts'

/** Other zones that make a majority together with this one. */
export const otherVotes = (zones: readonly ZoneId[]): number => majorityOf(zones.length) - 1

/** Other zones of which one at least is in every majority that this zone was part of. */
export const otherReports = (zones: readonly ZoneId[]): number =>
  zones.length === 1 ? 0 : zones.length - majorityOf(zones.length) + 1

export type Reply<Type extends PeerRequest['type']> = {
  readonly zone: ZoneId
  readonly answer: Result<PeerAnswer<Type>>
}

/**
 * Settles when `needed` answers count, or when all have settled. What is late is not in the
 * result: it goes on without the caller.
 */
export const askZones = async <Type extends PeerRequest['type']>(options: {
  readonly peers: Peers
  readonly zones: readonly ZoneId[]
  readonly request: Extract<PeerRequest, { type: Type }>
  readonly needed: number
  readonly counts: (answer: PeerAnswer<Type>) => boolean
}): Promise<readonly Reply<Type>[]> => {
  const { peers, zones, request, needed, counts } = options
  const replies: Reply<Type>[] = []
  if (needed === 0) return replies
  let enough: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    enough = resolve
  })
  let counted = 0
  const questions = zones.flatMap((zone) => {
    const peer: Peer | undefined = peers.ofZone(zone)
    if (peer === undefined) return []
    return peers.ask<Type>(peer, request, peerTimeoutMs).then((answer) => {
      replies.push({ zone, answer })
      if (answer.ok && counts(answer.value)) counted += 1
      if (counted >= needed) enough()
    })
  })
  await Promise.race([reached, Promise.all(questions)])
  return [...replies]
}
