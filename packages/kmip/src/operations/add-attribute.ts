/** Adds an attribute or one more of its instances (KMIP 2.1 §6.1.2). */
import { answeredAttribute, newAttribute } from '../attributes/lists.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const addAttribute = operation(
  'AddAttribute',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    attribute: newAttribute,
  },
  {
    uniqueIdentifier: theObject,
    attribute: answeredAttribute,
  },
)
