/** Puts an object away (KMIP 2.1 §6.1.4). */
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const archive = operation(
  'Archive',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
  },
)
