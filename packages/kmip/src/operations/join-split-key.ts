/** Makes a key of its parts (KMIP 2.1 §6.1.27). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { enumeration } from '../schema/primitives.ts'
import { optional, required, some } from '../schema/structure.ts'
import { objectReference } from '../structures/references.ts'
import { storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const joinSplitKey = operation(
  'JoinSplitKey',
  { since: '1.2' },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifiers: some('UniqueIdentifier', objectReference),
    secretDataType: optional('SecretDataType', enumeration('SecretDataType')),
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
