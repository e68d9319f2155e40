/** Sends an object to a client (KMIP 2.1 §6.2.3). */
import { optionalAttributeList } from '../attributes/lists.ts'
import { enumeration, text } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { managedObject } from '../structures/objects.ts'
import { theObject } from './fields.ts'
import { operation } from './operation.ts'

export const put = operation(
  'Put',
  { since: '1.0' },
  {
    uniqueIdentifier: theObject,
    putFunction: required('PutFunction', enumeration('PutFunction')),
    replacedUniqueIdentifier: optional('ReplacedUniqueIdentifier', text),
    object: managedObject,
    attributes: optionalAttributeList,
  },
  {},
)
