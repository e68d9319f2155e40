/** Deletes an attribute; 1.x finds it by index, 2.x by value (KMIP 2.1 §6.1.13). */
import { attributeLabel, taggedReference } from '../attributes/attribute.ts'
import { answeredAttribute, singleAttribute } from '../attributes/lists.ts'
import { integer } from '../schema/primitives.ts'
import { byVersion, optional, required } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const deleteAttribute = operation(
  'DeleteAttribute',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    currentAttribute: optional('CurrentAttribute', singleAttribute, { since: '2.0' }),
    attributeReference: byVersion(
      required('AttributeName', attributeLabel, { until: '1.4' }),
      optional('AttributeReference', taggedReference, { since: '2.0' }),
    ),
    attributeIndex: optional('AttributeIndex', integer, { until: '1.4' }),
  },
  {
    uniqueIdentifier: theObject,
    attribute: answeredAttribute,
  },
)
