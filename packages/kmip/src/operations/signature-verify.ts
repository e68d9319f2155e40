/** Verifies a signature (KMIP 2.1 §6.1.56). */
import { bytes, enumeration } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { anyObject, data, stream, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const signatureVerify = operation(
  'SignatureVerify',
  { since: '1.2' },
  {
    uniqueIdentifier: anyObject,
    cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
    data,
    digestedData: optional('DigestedData', bytes, { since: '1.4' }),
    signatureData: optional('SignatureData', bytes),
    ...stream,
  },
  {
    uniqueIdentifier: theObject,
    validityIndicator: optional('ValidityIndicator', enumeration('ValidityIndicator')),
    data: optional('Data', bytes),
    correlationValue: streamAnswer,
  },
)
