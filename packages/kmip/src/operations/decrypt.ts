/** Decrypts data (KMIP 2.1 §6.1.11). */
import { bytes } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { authenticationTag, cipherInput, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const decrypt = operation(
  'Decrypt',
  { since: '1.2' },
  {
    ...cipherInput,
    authenticatedEncryptionTag: authenticationTag,
  },
  {
    uniqueIdentifier: theObject,
    data: optional('Data', bytes),
    correlationValue: streamAnswer,
  },
)
