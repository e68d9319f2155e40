/** Changes an attribute; 1.x finds it by index, 2.x by value (KMIP 2.1 §6.1.34). */
import { answeredAttribute, newAttribute, singleAttribute } from '../attributes/lists.ts'
import { optional } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const modifyAttribute = operation(
  'ModifyAttribute',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    currentAttribute: optional('CurrentAttribute', singleAttribute, { since: '2.0' }),
    attribute: newAttribute,
  },
  {
    uniqueIdentifier: theObject,
    attribute: answeredAttribute,
  },
)
