/** Makes a message authentication code (KMIP 2.1 §6.1.32). */
import { bytes } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { anyObject, data, stream, streamAnswer, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const mac = operation(
  'MAC',
  { since: '1.2' },
  {
    uniqueIdentifier: anyObject,
    cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
    data,
    ...stream,
  },
  {
    uniqueIdentifier: theObject,
    macData: optional('MACData', bytes),
    correlationValue: streamAnswer,
  },
)
