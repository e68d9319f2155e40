/** Encrypts data (KMIP 2.1 §6.1.17). */
import { bytes } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { anyObject, data, stream, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const encrypt = operation(
  'Encrypt',
  { since: '1.2' },
  {
    uniqueIdentifier: anyObject,
    cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
    data,
    ivCounterNonce: optional('IVCounterNonce', bytes),
    ...stream,
    authenticatedEncryptionAdditionalData: optional(
      'AuthenticatedEncryptionAdditionalData',
      bytes,
      { since: '1.4' },
    ),
  },
  {
    uniqueIdentifier: theObject,
    data: optional('Data', bytes),
    ivCounterNonce: optional('IVCounterNonce', bytes),
    correlationValue: streamAnswer,
    authenticatedEncryptionTag: optional('AuthenticatedEncryptionTag', bytes, { since: '1.4' }),
  },
)
