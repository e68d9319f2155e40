/** Renews a certificate (KMIP 2.1 §6.1.45). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { certificateRequest, offset, storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const reCertify = operation(
  'ReCertify',
  { since: '1.0' },
  {
    ...certificateRequest,
    offset,
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
