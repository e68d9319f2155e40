/**
 * Attributes as one shape for all versions. On the wire they differ: 1.x names them by text
 * inside an Attribute structure with an index, 2.x by their own tags inside an Attributes
 * structure; custom attributes `x-ID` of 1.x are attribute `ID` of vendor `x` in 2.x
 * (KMIP 1.4 §2.1.1 and §3.39, KMIP 2.1 §4.60 and §5).
 */
import { attempt, fail } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { tagName, tagNumber } from '../names.ts'
import { type AnyValue, anyValue, integer, text } from '../schema/primitives.ts'
import { optional, required, structure } from '../schema/structure.ts'
import { expectType, subjectOf, type Type, type ValueOf } from '../schema/type.ts'
import { inRange, isSecond, type Version, versions } from '../version.ts'
import { type AttributeEntry, type AttributeName, attributeTable } from './table.ts'

export type StandardAttribute = {
  readonly [Name in AttributeName]: {
    readonly name: Name
    readonly value: ValueOf<(typeof attributeTable)[Name]['type']>
    /** Which of several, in 1.x only. */
    readonly index?: number
  }
}[AttributeName]

/** An attribute of a vendor; in 1.x vendor `x` is the client and `y` the server. */
export type VendorAttribute = {
  readonly name: 'Vendor'
  readonly vendor: string
  readonly attribute: string
  readonly value: AnyValue
  readonly index?: number
}

export type Attribute = StandardAttribute | VendorAttribute

/** Which attribute, without its value. */
export type AttributeReference =
  | AttributeName
  | { readonly vendor: string; readonly attribute: string }

/** The value of a standard attribute. */
export type AttributeValue<Name extends AttributeName> = ValueOf<
  (typeof attributeTable)[Name]['type']
>

/** `attribute('CryptographicLength', 256)`. */
export const attribute = <Name extends AttributeName>(
  name: Name,
  value: AttributeValue<Name>,
): Attribute => ({ name, value }) as Attribute

const entries: ReadonlyMap<string, AttributeEntry> = new Map(Object.entries(attributeTable))
const byLabel: ReadonlyMap<string, AttributeName> = new Map(
  [...entries].map(([name, { label }]) => [label, name as AttributeName]),
)

/** Whether a version has this attribute. */
export const hasAttribute = (version: Version, name: AttributeName): boolean =>
  inRange(version, attributeTable[name])

const entryOf = (name: string, version: Version): AttributeEntry => {
  const entry = entries.get(name)
  return entry !== undefined && inRange(version, entry)
    ? entry
    : fail('unknown_tag', `no attribute of ${version}`, name.slice(0, 64))
}

const customPrefix = /^([xy])-/

/** The reference that a name of 1.x means; other names belong to no vendor (`''`). */
const referenceOf = (label: string): AttributeReference => {
  const name = byLabel.get(label)
  if (name !== undefined) return name
  const vendor = customPrefix.exec(label)?.[1]
  return vendor === undefined
    ? { vendor: '', attribute: label }
    : { vendor, attribute: label.slice(2) }
}

const labelOf = (reference: AttributeReference, version: Version): string => {
  if (typeof reference === 'string') return entryOf(reference, version).label
  const { vendor, attribute: own } = reference
  if (vendor === '') return own
  return vendor === 'x' || vendor === 'y'
    ? `${vendor}-${own}`
    : fail('unknown_tag', `${version} has attributes of vendors x and y only`, 'Attribute')
}

/** AttributeName of 1.x. */
export const attributeLabel: Type<AttributeReference> = {
  read: (item, version) => referenceOf(text.read(item, version)),
  write: (tag, value, version) => text.write(tag, labelOf(value, version), version),
}

const labelled = structure({
  attributeName: required('AttributeName', text),
  attributeIndex: optional('AttributeIndex', integer),
  attributeValue: required('AttributeValue', anyValue),
})

/** Attribute of 1.x. */
export const labelledAttribute: Type<Attribute> = {
  read: (item, version) => {
    const { attributeName, attributeIndex, attributeValue } = labelled.read(item, version)
    const index = attributeIndex === undefined ? {} : { index: attributeIndex }
    const reference = referenceOf(attributeName)
    if (typeof reference !== 'string') {
      return { name: 'Vendor', ...reference, value: attributeValue, ...index }
    }
    const inner = anyValue.write(tagNumber(reference), attributeValue, version)
    const value = entryOf(reference, version).type.read(inner, version)
    return { name: reference, value, ...index } as Attribute
  },
  write: (tag, value, version) => {
    const reference = value.name === 'Vendor' ? value : value.name
    const attributeName = labelOf(reference, version)
    const attributeValue =
      value.name === 'Vendor'
        ? value.value
        : anyValue.read(
            entryOf(value.name, version).type.write(0, value.value as never, version),
            version,
          )
    const { index } = value
    return labelled.write(tag, { attributeName, attributeIndex: index, attributeValue }, version)
  },
}

const vendorTag = tagNumber('Attribute')

const vendorAttribute = structure({
  vendorIdentification: required('VendorIdentification', text),
  attributeName: required('AttributeName', text),
  attributeValue: required('AttributeValue', anyValue),
})

/** One attribute of 2.x: an item whose tag names it, or a vendor's Attribute structure. */
export const readTagged = (item: Item, version: Version): Attribute => {
  if (item.tag === vendorTag) {
    const { vendorIdentification, attributeName, attributeValue } = vendorAttribute.read(
      item,
      version,
    )
    return {
      name: 'Vendor',
      vendor: vendorIdentification,
      attribute: attributeName,
      value: attributeValue,
    }
  }
  const name = subjectOf(item.tag)
  return { name, value: entryOf(name, version).type.read(item, version) } as Attribute
}

export const writeTagged = (value: Attribute, version: Version): Item => {
  if (value.name !== 'Vendor') {
    return entryOf(value.name, version).type.write(
      tagNumber(value.name),
      value.value as never,
      version,
    )
  }
  const own = {
    vendorIdentification: value.vendor,
    attributeName: value.attribute,
    attributeValue: value.value,
  }
  return vendorAttribute.write(vendorTag, own, version)
}

const writeLabelled = (value: Attribute, version: Version): Item =>
  labelledAttribute.write(vendorTag, value, version)

const newest = versions.at(-1)

/**
 * The attributes that a version can say: what may reach a client of that version. An attribute
 * whose value holds something of a later version is left out whole.
 */
export const attributesOf = (
  version: Version,
  attributes: readonly Attribute[],
): readonly Attribute[] => {
  const write = isSecond(version) ? writeTagged : writeLabelled
  return version === newest
    ? attributes.filter(({ name }) => name === 'Vendor' || hasAttribute(version, name))
    : attributes.filter((value) => attempt(() => write(value, version)).ok)
}

const vendorReference = structure({
  vendorIdentification: required('VendorIdentification', text),
  attributeName: required('AttributeName', text),
})

/** AttributeReference of 2.x: the tag, or a vendor and a name (KMIP 2.1 §5.5). */
export const taggedReference: Type<AttributeReference> = {
  read: (item, version) => {
    if (item.type === 'Structure') {
      const { vendorIdentification, attributeName } = vendorReference.read(item, version)
      return { vendor: vendorIdentification, attribute: attributeName }
    }
    const { value } = expectType(item, 'Enumeration')
    const name = tagName(value) ?? ''
    entryOf(name, version)
    return name as AttributeName
  },
  write: (tag, value, version) => {
    if (typeof value !== 'string') {
      const own = { vendorIdentification: value.vendor, attributeName: value.attribute }
      return vendorReference.write(tag, own, version)
    }
    entryOf(value, version)
    return { tag, type: 'Enumeration', value: tagNumber(value) }
  },
}

/** How an attribute is named in this version; for answers that list names. */
export const isKnownReference = (version: Version, reference: AttributeReference): boolean =>
  typeof reference === 'string'
    ? hasAttribute(version, reference)
    : isSecond(version) || ['', 'x', 'y'].includes(reference.vendor)
