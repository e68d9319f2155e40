/** Makes a symmetric key on the server (KMIP 2.1 §6.1.8). */
import { impliedAttributes, requestedAttributes } from '../attributes/lists.ts'
import { enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const create = operation(
  'Create',
  { since: '1.0' },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    attributes: requestedAttributes,
    protectionStorageMasks: storageMasks,
  },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
