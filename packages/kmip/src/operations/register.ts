/** Takes over an object that the client has (KMIP 2.1 §6.1.43). */
import { impliedAttributes, requestedAttributes } from '../attributes/lists.ts'
import { enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { managedObject } from '../structures/objects.ts'
import { storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const register = operation(
  'Register',
  { since: '1.0' },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    attributes: requestedAttributes,
    object: managedObject,
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
