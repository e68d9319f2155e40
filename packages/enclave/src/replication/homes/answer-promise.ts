/** What a zone answers to a candidate that wants the next epoch of a group. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../../core/context.ts'
import type { Peer } from '../../ports/mesh.ts'
import type { PeerRequest } from '../peers/messages.ts'
import { holdersOf } from '../quorum/quorum.ts'
import { decidingOf } from '../quorum/voters.ts'
import { type Group, groupId } from './group.ts'
import { leaderOf } from './leadership.ts'
import { promiseOfLeft } from './left-group.ts'

type PromiseRequest = Extract<PeerRequest, { type: 'promise' }>

/** The highest epoch that this zone knows of in a group: promised, or of a wallet in it. */
export const knownEpoch = (
  { promises, wallets }: Pick<CoreContext, 'promises' | 'wallets'>,
  group: Group,
): number =>
  Math.max(
    promises.get(group)?.epoch ?? 1,
    wallets.highestEpoch(groupId(group)),
    // A version of the group that the wallet leaves may stand somewhere: it is to lose.
    promiseOfLeft({ promises, wallets }, group)?.epoch ?? 1,
  )

/**
 * In a group of one wallet a zone promises only once it holds a version of that group: whoever is
 * promised an epoch of the group that the wallet left then hears of it from a majority.
 */
const checkOwnGroup = (
  { wallets }: Pick<CoreContext, 'wallets'>,
  { wallet }: Group,
): Result<void> =>
  wallet === undefined || wallets.indexed(wallet)?.wallet === wallet
    ? accept(undefined)
    : refuse('not_yet', 'the change of the placement has not come here', wallet)

/** A home that is heard is not replaced, unless governors say so. */
const hearsLeader = (
  { peers, zone, failoverAfterMs }: CoreContext,
  leader: ZoneId,
  candidate: ZoneId,
): boolean => {
  if (leader === candidate) return false
  if (leader === zone) return true
  const sinceMs = peers.sinceHeardMs(leader)
  return sinceMs !== undefined && sinceMs < failoverAfterMs
}

const sameZones = (left: readonly ZoneId[], right: readonly ZoneId[]): boolean =>
  left.length === right.length && left.every((zone) => right.includes(zone))

/**
 * Where some zones decide without the others, these may begin a round among themselves only as
 * well, or be asked back by their home; unless governors have decided anew.
 */
const checkOrder = (
  { promises }: CoreContext,
  candidate: ZoneId,
  { group, force, commandedAtMs, without }: PromiseRequest,
): Result<void> => {
  const held = promises.get(group)
  if (held === undefined) return accept(undefined)
  if (force && commandedAtMs < held.commandedAtMs) {
    return refuse('superseded', 'governors have decided something else since', 'statement')
  }
  const isNewer = force && commandedAtMs > held.commandedAtMs
  const isReturn = without.length === 0 && held.candidate === candidate
  if (isNewer || isReturn || sameZones(without, held.without)) return accept(undefined)
  return refuse('superseded', 'other zones decide for this group', held.without.join(','))
}

/**
 * Asked with `epoch: null`, whether this zone would promise. The promise is stored before it is
 * given. Answers the highest epoch that is known here. Refusals: `placement_mismatch`,
 * `recovering`, `conflict` (the home is heard here), `superseded`, those of the store.
 */
export const answerPromise = async (
  context: CoreContext,
  peer: Peer,
  request: PromiseRequest,
): Promise<Result<{ readonly known: number }>> => {
  const { group, epoch, force, commandedAtMs, without, catchUp } = request
  const candidate = peer.zone
  const deciding = decidingOf(group, without)
  if (!holdersOf(deciding).includes(context.zone) || !deciding.zones.includes(candidate)) {
    return refuse('placement_mismatch', 'the group is not of these zones')
  }
  const booted = await context.bootRule.wait(deciding)
  if (!booted.ok) return booted
  const own = checkOwnGroup(context, group)
  if (!own.ok) return own
  const ordered = checkOrder(context, candidate, request)
  if (!ordered.ok) return ordered
  const leader = leaderOf(context, group)
  if (!force && hearsLeader(context, leader, candidate)) {
    return refuse('conflict', 'the home is heard here', leader)
  }
  if (catchUp && !(await context.replicator.compareNow(peer))) {
    return refuse('recovering', 'what the home holds could not be fetched', candidate)
  }
  const known = knownEpoch(context, group)
  if (epoch === null) return accept({ known })
  const held = context.promises.get(group)
  const isRepeat = held?.epoch === epoch && held.candidate === candidate
  if (epoch <= known && !isRepeat) {
    return refuse('superseded', 'a later epoch is known here', String(known))
  }
  const promise = { group, epoch, candidate, adopted: false, commandedAtMs, without }
  const stored = isRepeat ? accept(undefined) : await context.promises.put(promise)
  return stored.ok ? accept({ known: epoch }) : stored
}
