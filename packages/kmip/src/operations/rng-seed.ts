/** Stirs bytes into the random number generator (KMIP 2.1 §6.1.50). */
import { bytes, integer } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const rngSeed = operation(
  'RNGSeed',
  { since: '1.2' },
  {
    data: required('Data', bytes),
  },
  {
    dataLength: required('DataLength', integer),
  },
)
