/** Encrypts data (KMIP 2.1 §6.1.17). */
import { bytes } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { authenticationTag, cipherInput, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const encrypt = operation('Encrypt', { since: '1.2' }, cipherInput, {
  uniqueIdentifier: theObject,
  data: optional('Data', bytes),
  ivCounterNonce: optional('IVCounterNonce', bytes),
  correlationValue: streamAnswer,
  authenticatedEncryptionTag: authenticationTag,
})
