/** Brings an archived object back (KMIP 2.1 §6.1.42). */
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const recover = operation(
  'Recover',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
  },
)
