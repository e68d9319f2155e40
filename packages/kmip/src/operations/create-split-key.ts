/** Splits a key into parts (KMIP 2.1 §6.1.10). */
import { impliedAttributes, requestedAttributes } from '../attributes/lists.ts'
import { bigInteger, enumeration, integer, text } from '../schema/primitives.ts'
import { optional, required, some } from '../schema/structure.ts'
import { anyObject, storageMasks } from './fields.ts'
import { operation } from './operation.ts'

export const createSplitKey = operation(
  'CreateSplitKey',
  { since: '1.2' },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifier: anyObject,
    splitKeyParts: required('SplitKeyParts', integer),
    splitKeyThreshold: required('SplitKeyThreshold', integer),
    splitKeyMethod: required('SplitKeyMethod', enumeration('SplitKeyMethod')),
    primeFieldSize: optional('PrimeFieldSize', bigInteger),
    attributes: requestedAttributes,
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifiers: some('UniqueIdentifier', text),
    attributes: impliedAttributes(),
  },
)
