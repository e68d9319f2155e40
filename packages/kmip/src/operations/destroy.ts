/** Destroys the value of an object (KMIP 2.1 §6.1.15). */
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const destroy = operation(
  'Destroy',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
  },
)
