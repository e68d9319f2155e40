/** Fetches an object with all its attributes (KMIP 2.1 §6.1.18). */
import { attributeList } from '../attributes/lists.ts'
import { enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { managedObject } from '../structures/objects.ts'
import { anyObject, keyForm, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const exportOperation = operation(
  'Export',
  { since: '1.4' },
  {
    uniqueIdentifier: anyObject,
    ...keyForm,
  },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifier: theObject,
    attributes: attributeList,
    object: managedObject,
  },
)
