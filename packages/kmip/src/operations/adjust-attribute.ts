/** Raises, lowers or negates an attribute (KMIP 2.1 §6.1.3). */
import { taggedReference } from '../attributes/attribute.ts'
import { anyValue, enumeration } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const adjustAttribute = operation(
  'AdjustAttribute',
  { since: '2.0' },
  {
    uniqueIdentifier: anyObject,
    attributeReference: required('AttributeReference', taggedReference),
    adjustmentType: required('AdjustmentType', enumeration('AdjustmentType')),
    adjustmentValue: optional('AdjustmentValue', anyValue),
  },
  {
    uniqueIdentifier: theObject,
  },
)
