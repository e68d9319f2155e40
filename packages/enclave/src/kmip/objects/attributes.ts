/** Reading and replacing attributes of a managed object; lists are never changed in place. */
import {
  type Attribute,
  type AttributeName,
  type AttributeReference,
  type AttributeValue,
  attribute,
  attributeTable,
} from '@holdfast/kmip'

export type Attributes = readonly Attribute[]

/** The value of an attribute, the first where it repeats. */
export const valueOf = <Name extends AttributeName>(
  attributes: Attributes,
  name: Name,
): AttributeValue<Name> | undefined =>
  attributes.find((one) => one.name === name)?.value as AttributeValue<Name> | undefined

/** All values of an attribute, in their order. */
export const valuesOf = <Name extends AttributeName>(
  attributes: Attributes,
  name: Name,
): readonly AttributeValue<Name>[] =>
  attributes.filter((one) => one.name === name).map((one) => one.value as AttributeValue<Name>)

export const hasValue = (attributes: Attributes, name: AttributeName): boolean =>
  attributes.some((one) => one.name === name)

/** Whether an attribute may stand several times. */
export const repeats = (one: Attribute): boolean =>
  one.name === 'Vendor' || attributeTable[one.name].repeats

export const referenceOf = (one: Attribute): AttributeReference =>
  one.name === 'Vendor' ? { vendor: one.vendor, attribute: one.attribute } : one.name

export const isReferenced = (one: Attribute, reference: AttributeReference): boolean =>
  typeof reference === 'string'
    ? one.name === reference
    : one.name === 'Vendor' &&
      one.vendor === reference.vendor &&
      one.attribute === reference.attribute

/** Whether two are instances of one attribute. */
export const isSameKind = (left: Attribute, right: Attribute): boolean =>
  isReferenced(left, referenceOf(right))

export const indexOf = (one: Attribute): number => one.index ?? 0

/** The attributes with one more, which gets the index after the highest of its kind. */
export const withAdded = (attributes: Attributes, added: Attribute): Attributes => {
  const same = attributes.filter((one) => isSameKind(one, added))
  const index = Math.max(-1, ...same.map(indexOf)) + 1
  return [...attributes, index === 0 ? withoutIndex(added) : { ...added, index }]
}

const withoutIndex = (one: Attribute): Attribute => {
  const { index: _, ...rest } = one
  return rest
}

/** The attributes with this as the only one of its kind. */
export const withOnly = (attributes: Attributes, value: Attribute): Attributes => {
  const at = attributes.findIndex((one) => isSameKind(one, value))
  const others = attributes.filter((one) => !isSameKind(one, value))
  const clean = withoutIndex(value)
  return at < 0 ? [...others, clean] : [...others.slice(0, at), clean, ...others.slice(at)]
}

/** The attributes with these values set, each the only one of its kind. */
export const withValues = (
  attributes: Attributes,
  values: { readonly [Name in AttributeName]?: AttributeValue<Name> | undefined },
): Attributes =>
  Object.entries(values).reduce(
    (list, [name, value]) =>
      value === undefined ? list : withOnly(list, attribute(name as AttributeName, value as never)),
    attributes,
  )

export const without = (attributes: Attributes, ...names: readonly AttributeName[]): Attributes =>
  attributes.filter((one) => !names.some((name) => one.name === name))
