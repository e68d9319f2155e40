/** Takes over an object under a given identifier (KMIP 2.1 §6.1.25). */
import { attributeList } from '../attributes/lists.ts'
import { boolean, enumeration } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { managedObject } from '../structures/objects.ts'
import { theObject } from './fields.ts'
import { operation } from './operation.ts'

export const importOperation = operation(
  'Import',
  { since: '1.4' },
  {
    uniqueIdentifier: theObject,
    objectType: optional('ObjectType', enumeration('ObjectType')),
    replaceExisting: optional('ReplaceExisting', boolean),
    keyWrapType: optional('KeyWrapType', enumeration('KeyWrapType')),
    attributes: attributeList,
    object: managedObject,
  },
  {
    uniqueIdentifier: theObject,
  },
)
