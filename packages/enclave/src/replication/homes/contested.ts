/**
 * Groups that this zone leads, of which another zone takes nothing any more: it has promised an
 * epoch to a candidate that was not followed by a majority, and may keep to that for good. The home
 * asks to be promised the next epoch; where it is the home no more, nobody promises it.
 */
import type { Refusal } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { type Group, type GroupId, groupId } from './group.ts'
import { supersedingPromise } from './promise-table.ts'

export type Contested = {
  /** A zone refused what belongs to the group. */
  refused(group: Group, refusal: Refusal): void
  /** The highest epoch that zones have promised to another since this was asked; 0: none. */
  take(group: Group): number
}

export const createContested = (zone: ZoneId): Contested => {
  const epochs = new Map<GroupId, number>()
  return {
    refused: (group, refusal) => {
      const promised = supersedingPromise(refusal)
      if (promised === undefined || promised.candidate === zone) return
      const id = groupId(group)
      epochs.set(id, Math.max(promised.epoch, epochs.get(id) ?? 0))
    },
    take: (group) => {
      const epoch = epochs.get(groupId(group)) ?? 0
      epochs.delete(groupId(group))
      return epoch
    },
  }
}
