/**
 * Groups that this zone leads, of which another zone takes nothing any more: it has promised an
 * epoch to a candidate that was not followed by a majority, and may keep to that for good. The home
 * asks to be promised the next epoch; where it is the home no more, nobody promises it.
 */
import type { Refusal } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { type Group, type GroupId, groupId } from './group.ts'
import { supersedingCandidate } from './promise-table.ts'

export type Contested = {
  /** A zone refused what belongs to the group. */
  refused(group: Group, refusal: Refusal): void
  /** Whether a zone has promised the group to another since this was asked. */
  take(group: Group): boolean
}

export const createContested = (zone: ZoneId): Contested => {
  const groups = new Set<GroupId>()
  return {
    refused: (group, refusal) => {
      const candidate = supersedingCandidate(refusal)
      if (candidate !== undefined && candidate !== zone) groups.add(groupId(group))
    },
    take: (group) => groups.delete(groupId(group)),
  }
}
