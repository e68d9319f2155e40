/**
 * Attributes as bytes, as a managed object's state holds them: for each one the version that can
 * say it (2.1, else 1.4), the item of its value, and its index; written in TTLV.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import {
  type Attribute,
  type AttributeName,
  attributeTable,
  decodeTtlv,
  encodeTtlv,
  type Item,
  item,
  tags,
  type Version,
} from '@holdfast/kmip'
import type { Attributes } from './attributes.ts'

const listTag = tags.Attributes[0]
const entryTag = tags.Attribute[0]
const versionTag = tags.ProtocolVersionMajor[0]
const indexTag = tags.AttributeIndex[0]
const vendorTag = tags.VendorIdentification[0]
const nameTag = tags.AttributeName[0]
const valueTag = tags.AttributeValue[0]

/** Versions that attributes are written in, by the number that stands before them. */
const written: readonly Version[] = ['2.1', '1.4']

type AnyType = {
  read(item: Item, version: Version): unknown
  write(tag: number, value: never, version: Version): Item
}
const typeOf = (name: AttributeName): AnyType => attributeTable[name].type

const encodeStandard = (one: Exclude<Attribute, { name: 'Vendor' }>): readonly Item[] => {
  for (const [number, version] of written.entries()) {
    const result = attempt(() =>
      typeOf(one.name).write(tags[one.name][0], one.value as never, version),
    )
    if (result.ok) return [item(versionTag, 'Integer', number) as Item, result.value]
  }
  return fail('internal', 'an attribute cannot be written', one.name)
}

const encodeVendor = (one: Extract<Attribute, { name: 'Vendor' }>): readonly Item[] => [
  item(vendorTag, 'TextString', one.vendor) as Item,
  item(nameTag, 'TextString', one.attribute) as Item,
  { ...one.value, tag: valueTag },
]

export const encodeAttributes = (attributes: Attributes): Bytes => {
  const entries = attributes.map((one) => {
    const fields = one.name === 'Vendor' ? encodeVendor(one) : encodeStandard(one)
    const index = one.index === undefined ? [] : [item(indexTag, 'Integer', one.index) as Item]
    return item(entryTag, 'Structure', [...fields, ...index]) as Item
  })
  return encodeTtlv(item(listTag, 'Structure', entries))
}

const decodeEntry = (entry: Item): Attribute => {
  const [first, second, ...rest] = entry.type === 'Structure' ? entry.value : []
  const last = rest.at(-1)
  const index = last?.tag === indexTag && last.type === 'Integer' ? { index: last.value } : {}
  if (first?.type === 'TextString' && second?.type === 'TextString' && rest[0] !== undefined) {
    const { tag: _, ...value } = rest[0]
    return { name: 'Vendor', vendor: first.value, attribute: second.value, value, ...index }
  }
  const version = first?.type === 'Integer' ? written[first.value] : undefined
  if (version === undefined || second === undefined) {
    return fail('internal', 'a stored attribute cannot be read')
  }
  const name = nameOf.get(second.tag) ?? fail('internal', 'a stored attribute is not known')
  return { name, value: typeOf(name).read(second, version), ...index } as Attribute
}

const nameOf: ReadonlyMap<number, AttributeName> = new Map(
  (Object.keys(attributeTable) as AttributeName[]).map((name) => [tags[name][0], name]),
)

/** The attributes of a state that this enclave wrote. */
export const decodeAttributes = (bytes: Bytes): Result<Attributes> => {
  const tree = decodeTtlv(bytes)
  if (!tree.ok) return tree
  return attempt(() =>
    tree.value.type === 'Structure' ? tree.value.value.map(decodeEntry) : fail('internal', 'state'),
  )
}
