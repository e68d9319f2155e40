/** Tells a client which attributes changed (KMIP 2.1 §6.2.2). */
import { taggedReference } from '../attributes/attribute.ts'
import { taggedAttributes } from '../attributes/lists.ts'
import { attributeNotice } from '../attributes/notice.ts'
import { many, optional } from '../schema/structure.ts'
import { theObject } from './fields.ts'
import { operation } from './operation.ts'

export const notify = operation(
  'Notify',
  { since: '1.0' },
  {
    uniqueIdentifier: theObject,
    notices: many('Attribute', attributeNotice, { until: '1.4' }),
    attributes: optional('Attributes', taggedAttributes, { since: '2.0' }),
    attributeReferences: many('AttributeReference', taggedReference, { since: '2.0' }),
  },
  {},
)
