/**
 * One round of a failover: the zones that decide promise the next epoch, what they remember is
 * adopted and sent first (DESIGN §7). docs/replication.md has it message by message.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../../core/context.ts'
import { homeOrderTimeoutMs, peerTimeoutMs } from '../../limits.ts'
import type { Peer } from '../../ports/mesh.ts'
import { toSend } from '../compare/inventories.ts'
import type { PeerRequest } from '../peers/messages.ts'
import { holdersOf, isQuorum } from '../quorum/quorum.ts'
import { decidingOf, firstEpochAlone } from '../quorum/voters.ts'
import { knownEpoch } from './answer-promise.ts'
import { type Group, groupId } from './group.ts'
import { arbiterOf, promiseOfLeft } from './left-group.ts'
import { reissueGroup } from './reissue.ts'

/** Why a zone takes over. */
export type HomeOrder = {
  /** When governors signed what asks for it; 0 where a silent home is followed. */
  readonly commandedAtMs: number
  /** Zones without which the others decide from now on. */
  readonly without: readonly ZoneId[]
}

type Round = HomeOrder & {
  readonly group: Group
  readonly epochAfter: (known: number) => number
  /** Those who decide again after they were given up know nothing of what the others decided. */
  readonly catchUp: boolean
  /** Which zones decide if the round breaks off and is begun again. */
  readonly fallback: readonly ZoneId[]
}

type Question = Pick<Extract<PeerRequest, { type: 'promise' }>, 'epoch'>

const next = (known: number): number => known + 1

/** Accepted only after all that the zone remembers has been fetched, where it promises. */
const askOne = async (
  { peers, replicator }: CoreContext,
  peer: Peer,
  round: Round,
  { epoch }: Question,
): Promise<Result<number>> => {
  const { group, commandedAtMs, without, catchUp } = round
  const message: Extract<PeerRequest, { type: 'promise' }> = {
    type: 'promise',
    group: toSend(group),
    epoch,
    force: commandedAtMs > 0,
    commandedAtMs,
    without: [...without],
    catchUp,
  }
  const answer = await peers.ask(peer, message, catchUp ? homeOrderTimeoutMs : peerTimeoutMs)
  if (!answer.ok) return answer
  if (epoch !== null && !(await replicator.compareNow(peer))) {
    return refuse('unreachable', 'what the zone remembers could not be fetched', peer.zone)
  }
  return accept(answer.value.known)
}

/** A wallet that is a group of its own says which zones that has now. */
const currentOf = ({ wallets }: CoreContext, group: Group): Group =>
  group.wallet === undefined ? group : (wallets.indexed(group.wallet) ?? group)

/** Accepted where a majority of those that decide agrees, this zone among them. */
const ask = async (
  context: CoreContext,
  round: Round,
  question: Question,
): Promise<Result<{ readonly known: readonly number[] }>> => {
  const { zone, peers } = context
  const deciding = decidingOf(round.group, round.without)
  const agreed: ZoneId[] = [zone]
  const known: number[] = []
  let heard: ZoneId | undefined
  await Promise.all(
    holdersOf(deciding).map(async (other) => {
      const peer = other === zone ? undefined : peers.ofZone(other)
      if (peer === undefined) return
      const answer = await askOne(context, peer, round, question)
      if (answer.ok) {
        agreed.push(other)
        known.push(answer.value)
      } else if (answer.refusal.code === 'conflict') heard = other
    }),
  )
  // What was fetched meanwhile may say that other zones decide by now.
  const now = decidingOf(currentOf(context, round.group), round.without)
  const arbiter = arbiterOf(context, round.group) ?? zone
  const isAgreed = isQuorum(now, (other) => agreed.includes(other)) && agreed.includes(arbiter)
  if (isAgreed) return accept({ known })
  if (heard !== undefined) return refuse('conflict', 'the home is heard by a zone', heard)
  const missing = [...new Set([...holdersOf(now), arbiter])].filter(
    (other) => !agreed.includes(other),
  )
  return refuse('unreachable', 'too few zones promise the next epoch', missing.join(','))
}

const run = async (context: CoreContext, round: Round): Promise<Result<void>> => {
  const { group, commandedAtMs, without, fallback } = round
  const booted = await context.bootRule.wait(decidingOf(group, without))
  if (!booted.ok) return booted
  const would = await ask(context, round, { epoch: null })
  if (!would.ok) return would
  const epoch = round.epochAfter(Math.max(knownEpoch(context, group), ...would.value.known))
  const promise = { group, epoch, candidate: context.zone, commandedAtMs }
  const own = await context.promises.put({ ...promise, adopted: false, without: fallback })
  if (!own.ok) return own
  const promised = await ask(context, round, { epoch })
  if (!promised.ok) return promised
  const left = promiseOfLeft(context, group)?.epoch ?? 1
  if (Math.max(left, context.wallets.highestEpoch(groupId(group))) >= epoch) {
    return refuse('superseded', 'a wallet of the group has a later epoch already')
  }
  const stored = await context.promises.put({ ...promise, adopted: true, without })
  if (!stored.ok) return stored
  await reissueGroup(context, group, epoch)
  return accept(undefined)
}

/** All zones decide again: this one alone, their home, knows all that was decided without them. */
export const endAlone = (context: CoreContext, group: Group): Promise<Result<void>> => {
  const held = context.promises.get(group)
  if (held?.candidate !== context.zone || !held.adopted) {
    return Promise.resolve(refuse('not_here', 'this zone is not the home of the group'))
  }
  const { commandedAtMs, without } = held
  return run(context, {
    group,
    commandedAtMs,
    without: [],
    catchUp: true,
    fallback: without,
    epochAfter: next,
  })
}

/**
 * Makes this zone the home of a group. Refuses `unreachable` (too few promise; names who is
 * missing), `conflict` (the home is heard), `recovering`, `superseded`, those of the store.
 */
export const takeOver = async (
  context: CoreContext,
  group: Group,
  { commandedAtMs, without }: HomeOrder,
): Promise<Result<void>> => {
  const known = context.promises.get(group)?.without ?? []
  const isNew = without.some((zone) => !known.includes(zone))
  // Zones that were given up and answer after all lose nothing.
  if (isNew && known.length === 0 && context.bootRule.check(decidingOf(group, [])).ok) {
    const all = { group, commandedAtMs, without: [], catchUp: false, fallback: [] }
    const whole = await run(context, { ...all, epochAfter: next })
    if (whole.ok || whole.refusal.code !== 'unreachable') return whole
  }
  return run(context, {
    group,
    commandedAtMs,
    without,
    catchUp: false,
    fallback: without,
    epochAfter: isNew ? (epoch) => firstEpochAlone(epoch, group, context.zone) : next,
  })
}
