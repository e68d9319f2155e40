/** Fetches random bytes (KMIP 2.1 §6.1.49). */
import { bytes, integer } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const rngRetrieve = operation(
  'RNGRetrieve',
  { since: '1.2' },
  {
    dataLength: required('DataLength', integer),
  },
  {
    data: required('Data', bytes),
  },
)
