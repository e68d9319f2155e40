/** Replaces a symmetric key by a new one (KMIP 2.1 §6.1.46). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { anyObject, offset, storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const reKey = operation(
  'ReKey',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    offset,
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
