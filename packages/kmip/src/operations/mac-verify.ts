/** Verifies a message authentication code (KMIP 2.1 §6.1.33). */
import { bytes, enumeration } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { anyObject, data, stream, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const macVerify = operation(
  'MACVerify',
  { since: '1.2' },
  {
    uniqueIdentifier: anyObject,
    cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
    data,
    macData: optional('MACData', bytes),
    ...stream,
  },
  {
    uniqueIdentifier: theObject,
    validityIndicator: optional('ValidityIndicator', enumeration('ValidityIndicator')),
    correlationValue: streamAnswer,
  },
)
