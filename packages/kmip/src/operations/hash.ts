/** Hashes data (KMIP 2.1 §6.1.24). */
import { bytes } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { data, stream, streamAnswer } from './fields.ts'
import { operation } from './operation.ts'

export const hash = operation(
  'Hash',
  { since: '1.2' },
  {
    cryptographicParameters: required('CryptographicParameters', cryptographicParameters),
    data,
    ...stream,
  },
  {
    data: optional('Data', bytes),
    correlationValue: streamAnswer,
  },
)
