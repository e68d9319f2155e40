/** Tells a client which attributes changed (KMIP 2.1 §6.2.2). */
import { taggedReference } from '../attributes/attribute.ts'
import { optionalAttributeList } from '../attributes/lists.ts'
import { many } from '../schema/structure.ts'
import { theObject } from './fields.ts'
import { operation } from './operation.ts'

export const notify = operation(
  'Notify',
  { since: '1.0' },
  {
    uniqueIdentifier: theObject,
    attributes: optionalAttributeList,
    attributeReferences: many('AttributeReference', taggedReference, { since: '2.0' }),
  },
  {},
)
