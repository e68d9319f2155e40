/** Which zones of a placement decide: all, but for those that governors have given up. */
import type { ZoneId } from '@holdfast/base/ids'
import type { Group } from '../homes/group.ts'
import type { PromiseTable } from '../homes/promise-table.ts'
import { majorityOf } from './majority.ts'
import { type Deciding, holdersOf } from './quorum.ts'

type Context = { readonly zone: ZoneId; readonly promises: Pick<PromiseTable, 'get'> }

export const withoutThese = (
  zones: readonly ZoneId[],
  without: readonly ZoneId[],
): readonly ZoneId[] =>
  without.length === 0 ? zones : zones.filter((zone) => !without.includes(zone))

/** The zones that decide for a group where some are given up. */
export const decidingOf = ({ zones, from }: Deciding, without: readonly ZoneId[]): Deciding => {
  const before = withoutThese(from ?? [], without)
  return { zones: withoutThese(zones, without), ...(before.length > 0 && { from: before }) }
}

/** Their majority makes a change final. */
export const votersOf = ({ zone, promises }: Context, group: Group): Deciding => {
  const promised = promises.get(group)
  if (promised === undefined) {
    const { leaves } = group
    // What governors said of the group that the wallet is leaving holds until it has left.
    return leaves === undefined
      ? decidingOf(group, [])
      : { ...decidingOf(group, []), from: votersOf({ zone, promises }, leaves).zones }
  }
  // Nobody has agreed yet that the others are enough.
  const isOnlyAsked = promised.candidate === zone && !promised.adopted
  return decidingOf(group, isOnlyAsked ? [] : promised.without)
}

/** The zones whose memory this one needs after a boot: one that was given up asks all. */
export const rememberersOf = (context: Context, group: Group): Deciding => {
  const voters = votersOf(context, group)
  return holdersOf(voters).includes(context.zone) ? voters : decidingOf(group, [])
}

/** Epochs of one reign of a rest, and of all rests that may begin at one time. */
const reignEpochs = 1024
const eraEpochs = 64 * reignEpochs

/**
 * The first epoch of what is left of a placement. Those that were given up may live on unheard and
 * be a majority, so that no number of theirs, nor of another rest, may be the same.
 */
export const firstEpochAlone = (known: number, group: Group, candidate: ZoneId): number => {
  const rank = group.zones.toSorted().indexOf(candidate)
  return (Math.floor(known / eraEpochs) + 1) * eraEpochs + rank * reignEpochs
}

/** Whether an epoch is of a rest, or came after one. */
export const isAloneEpoch = (epoch: number): boolean => epoch >= eraEpochs

export const hasMajority = (zones: readonly ZoneId[], agreed: readonly ZoneId[]): boolean =>
  zones.filter((zone) => agreed.includes(zone)).length >= majorityOf(zones)
