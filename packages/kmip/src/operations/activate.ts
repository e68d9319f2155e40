/** Makes an object active (KMIP 2.1 §6.1.1). */
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const activate = operation(
  'Activate',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
  },
)
