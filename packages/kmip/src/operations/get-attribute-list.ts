/** Lists which attributes an object has (KMIP 2.1 §6.1.21). */
import { attributeReferences } from '../attributes/lists.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const getAttributeList = operation(
  'GetAttributeList',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
    attributeReferences,
  },
)
