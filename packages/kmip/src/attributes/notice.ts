/** What Notify of 1.x says of an attribute: its new value, or that it is gone (KMIP 1.4 §5.1). */
import { tagNumber } from '../names.ts'
import { integer } from '../schema/primitives.ts'
import { optional, required, structure } from '../schema/structure.ts'
import { expectType, type Type } from '../schema/type.ts'
import {
  type Attribute,
  type AttributeReference,
  attributeLabel,
  labelledAttribute,
} from './attribute.ts'

/** An attribute that was deleted: it comes without a value. */
export type DeletedAttribute = {
  readonly name: 'Deleted'
  readonly reference: AttributeReference
  readonly index?: number | undefined
}

const valueTag = tagNumber('AttributeValue')

const bare = structure({
  reference: required('AttributeName', attributeLabel),
  index: optional('AttributeIndex', integer),
})

export const attributeNotice: Type<Attribute | DeletedAttribute> = {
  read: (item, version) =>
    expectType(item, 'Structure').value.some(({ tag }) => tag === valueTag)
      ? labelledAttribute.read(item, version)
      : { name: 'Deleted', ...bare.read(item, version) },
  write: (tag, value, version) =>
    value.name === 'Deleted'
      ? bare.write(tag, { reference: value.reference, index: value.index }, version)
      : labelledAttribute.write(tag, value, version),
}
