/** Finds objects by their attributes (KMIP 2.1 §6.1.28). */
import { optionalAttributeList } from '../attributes/lists.ts'
import { enumeration, integer, mask, text } from '../schema/primitives.ts'
import { many, optional } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const locate = operation(
  'Locate',
  { since: '1.0' },
  {
    maximumItems: optional('MaximumItems', integer),
    offsetItems: optional('OffsetItems', integer, { since: '1.3' }),
    storageStatusMask: optional('StorageStatusMask', mask('StorageStatusMask')),
    objectGroupMember: optional('ObjectGroupMember', enumeration('ObjectGroupMember'), {
      since: '1.1',
    }),
    attributes: optionalAttributeList,
  },
  {
    locatedItems: optional('LocatedItems', integer, { since: '1.3' }),
    uniqueIdentifiers: many('UniqueIdentifier', text),
  },
)
