/** Sets an attribute that has one instance (KMIP 2.1 §6.1.51). */
import { singleAttribute } from '../attributes/lists.ts'
import { required } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const setAttribute = operation(
  'SetAttribute',
  { since: '2.0' },
  {
    uniqueIdentifier: anyObject,
    attribute: required('NewAttribute', singleAttribute),
  },
  {
    uniqueIdentifier: theObject,
  },
)
