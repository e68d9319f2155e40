/** Reads attributes of an object (KMIP 2.1 §6.1.20). */
import { attributeList, attributeReferences } from '../attributes/lists.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const getAttributes = operation(
  'GetAttributes',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    attributeReferences,
  },
  {
    uniqueIdentifier: theObject,
    attributes: attributeList,
  },
)
