/** Fetches an object with all its attributes (KMIP 2.1 §6.1.18). */
import { attributeList } from '../attributes/lists.ts'
import { enumeration } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { keyWrappingSpecification } from '../structures/key-block.ts'
import { managedObject } from '../structures/objects.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const exportOperation = operation(
  'Export',
  { since: '1.4' },
  {
    uniqueIdentifier: anyObject,
    keyFormatType: optional('KeyFormatType', enumeration('KeyFormatType')),
    keyWrapType: optional('KeyWrapType', enumeration('KeyWrapType'), { since: '1.4' }),
    keyCompressionType: optional('KeyCompressionType', enumeration('KeyCompressionType')),
    keyWrappingSpecification: optional('KeyWrappingSpecification', keyWrappingSpecification),
  },
  {
    objectType: required('ObjectType', enumeration('ObjectType')),
    uniqueIdentifier: theObject,
    attributes: attributeList,
    object: managedObject,
  },
)
