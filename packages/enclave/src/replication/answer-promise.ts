/** What a zone answers to a candidate that wants the next epoch of a group. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../context.ts'
import { type Group, groupId } from './group.ts'
import { leaderOf } from './leadership.ts'
import type { PeerRequest } from './messages.ts'

type PromiseRequest = Extract<PeerRequest, { type: 'promise' }>

/** The highest epoch that this zone knows of in a group: promised, or of a wallet in it. */
export const knownEpoch = (
  { promises, wallets }: Pick<CoreContext, 'promises' | 'wallets'>,
  group: Group,
): number => Math.max(promises.get(group)?.epoch ?? 1, wallets.highestEpoch(groupId(group)))

/** A home that is heard is not replaced, unless its owners say so. */
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

/**
 * Asked with `epoch: null`, whether this zone would promise. The promise is stored before it is
 * given. Answers the highest epoch that is known here. Refusals: `placement_mismatch`,
 * `recovering`, `conflict` (the home is heard here), `superseded`, those of the store.
 */
export const answerPromise = async (
  context: CoreContext,
  candidate: ZoneId,
  { group, epoch, force }: PromiseRequest,
): Promise<Result<{ readonly known: number }>> => {
  const { zones } = group
  if (!zones.includes(context.zone) || !zones.includes(candidate)) {
    return refuse('placement_mismatch', 'the group is not of these zones')
  }
  const booted = await context.bootRule.wait(zones)
  if (!booted.ok) return booted
  const leader = leaderOf(context, group)
  if (!force && hearsLeader(context, leader, candidate)) {
    return refuse('conflict', 'the home is heard here', leader)
  }
  const known = knownEpoch(context, group)
  if (epoch === null) return accept({ known })
  const held = context.promises.get(group)
  const isRepeat = held?.epoch === epoch && held.candidate === candidate
  if (epoch <= known && !isRepeat) {
    return refuse('superseded', 'a later epoch is known here', String(known))
  }
  const stored = isRepeat
    ? accept(undefined)
    : await context.promises.put({ group, epoch, candidate, adopted: false })
  return stored.ok ? accept({ known: epoch }) : stored
}
