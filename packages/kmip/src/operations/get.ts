/** Fetches an object with its value (KMIP 2.1 §6.1.19). */
import { enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { managedObject } from '../structures/objects.ts'
import { anyObject, keyForm, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const get = operation(
  'Get',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    ...keyForm,
  },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifier: theObject,
    object: managedObject,
  },
)
