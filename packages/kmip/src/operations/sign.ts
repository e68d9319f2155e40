/** Signs data or its digest (KMIP 2.1 §6.1.55). */
import { bytes } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { anyObject, data, stream, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const sign = operation(
  'Sign',
  { since: '1.2' },
  {
    uniqueIdentifier: anyObject,
    cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
    data,
    digestedData: optional('DigestedData', bytes, { since: '1.4' }),
    ...stream,
  },
  {
    uniqueIdentifier: theObject,
    signatureData: optional('SignatureData', bytes),
    correlationValue: streamAnswer,
  },
)
