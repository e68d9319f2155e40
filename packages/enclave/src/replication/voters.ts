/** Which zones of a placement decide: all, but for those that governors have given up. */
import type { ZoneId } from '@holdfast/base/ids'
import type { Group } from './group.ts'
import { majorityOf } from './majority.ts'
import type { PromiseTable } from './promise-table.ts'

type Context = { readonly zone: ZoneId; readonly promises: Pick<PromiseTable, 'get'> }

export const withoutThese = (
  zones: readonly ZoneId[],
  without: readonly ZoneId[],
): readonly ZoneId[] =>
  without.length === 0 ? zones : zones.filter((zone) => !without.includes(zone))

/** Their majority makes a change final. */
export const votersOf = ({ zone, promises }: Context, group: Group): readonly ZoneId[] => {
  const promised = promises.get(group)
  if (promised === undefined) return group.zones
  // Nobody has agreed yet that the others are enough.
  const isOnlyAsked = promised.candidate === zone && !promised.adopted
  return isOnlyAsked ? group.zones : withoutThese(group.zones, promised.without)
}

/** The zones whose memory this one needs after a boot: one that was given up asks all. */
export const rememberersOf = (context: Context, group: Group): readonly ZoneId[] => {
  const voters = votersOf(context, group)
  return voters.includes(context.zone) ? voters : group.zones
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

export const hasMajority = (zones: readonly ZoneId[], agreed: readonly ZoneId[]): boolean =>
  zones.filter((zone) => agreed.includes(zone)).length >= majorityOf(zones)
