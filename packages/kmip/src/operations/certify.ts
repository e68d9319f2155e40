/** Makes a certificate for a public key (KMIP 2.1 §6.1.6). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { certificateRequest, storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const certify = operation(
  'Certify',
  { since: '1.0' },
  {
    ...certificateRequest,
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
