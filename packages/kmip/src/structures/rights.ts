/** Rights of a ticket and constraints on objects (KMIP 2.1 §7.6, §7.7, §7.34, §7.35). */
import { taggedAttributes } from '../attributes/lists.ts'
import { enumeration, mask } from '../schema/primitives.ts'
import { many, optional, structure } from '../schema/structure.ts'
import { usageLimits } from './lifecycle.ts'
import { objectReference } from './references.ts'
import { objectGroups, objectTypesList } from './server.ts'

/** KMIP 2.1 §7.25. */
export const operationsList = structure({
  operations: many('Operation', enumeration('Operation')),
})

/** KMIP 2.1 §7.21. */
const objects = structure({ uniqueIdentifiers: many('UniqueIdentifier', objectReference) })

const right = structure({
  usageLimits: optional('UsageLimits', usageLimits),
  operations: optional('Operations', operationsList),
  objects: optional('Objects', objects),
  objectGroups: optional('ObjectGroups', objectGroups, { since: '2.1' }),
})

export const rights = structure({ rights: many('Right', right) })

const constraint = structure({
  objectTypes: optional('ObjectTypes', objectTypesList),
  objectGroups: optional('ObjectGroups', objectGroups),
  attributes: optional('Attributes', taggedAttributes),
})

export const constraints = structure({ constraints: many('Constraint', constraint) })

/** KMIP 2.1 §7.33: each mask is one permissible combination. */
export const protectionStorageMasks = structure({
  protectionStorageMasks: many('ProtectionStorageMask', mask('ProtectionStorageMask')),
})
