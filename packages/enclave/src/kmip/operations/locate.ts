/** Locate (KMIP 2.1 §6.1.28): newest objects first, all named attributes must match. */
import { type Attribute, hasBits } from '@holdfast/kmip'
import { matches } from '../attributes/match.ts'
import { locatedMax } from '../limits.ts'
import { valueOf } from '../objects/attributes.ts'
import { membersOf } from '../objects/groups.ts'
import { currentAttributes } from '../objects/lifecycle.ts'
import { handler } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

const isStored = (object: KmipObject, mask: number): boolean => {
  if (object.destroyed) return hasBits(mask, 'StorageStatusMask', 'DestroyedStorage')
  return valueOf(object.attributes, 'ArchiveDate') === undefined
    ? hasBits(mask, 'StorageStatusMask', 'OnLineStorage')
    : hasBits(mask, 'StorageStatusMask', 'ArchivalStorage')
}

export const locate = handler('Locate', async (scope, request) => {
  const wanted: readonly Attribute[] = request.attributes ?? []
  const mask = request.storageStatusMask ?? 1
  const found = (await scope.work.list(wanted))
    .filter((object) => isStored(object, mask))
    .filter((object) => scope.allowed?.touches(object) ?? true)
    .filter((object) => matches(currentAttributes(object.attributes, scope.now), wanted))
  const member = request.objectGroupMember
  const objects =
    member === undefined ? found.toReversed() : membersOf(scope, found, wanted, member)
  const offset = request.offsetItems ?? 0
  const identifiers = objects
    .slice(offset, offset + Math.min(request.maximumItems ?? locatedMax, locatedMax))
    .map(({ identifier }) => identifier)
  scope.batch.located(identifiers)
  return {
    uniqueIdentifiers: identifiers,
    ...(request.maximumItems === undefined ? {} : { locatedItems: objects.length }),
  }
})
