/** The primitive types of fields. */
import { fail } from '@holdfast/base/errors'
import { type Item, type ItemType, type ItemValues, isItemValue, type Primitive } from '../item.ts'
import { enumerationTable, isExtensionValue, maskTable, tagTable } from '../names.ts'
import type { EnumerationName, enumerations } from '../tables/enumerations.ts'
import type { MaskName, masks } from '../tables/masks.ts'
import type { Pkcs11Function, Pkcs11ReturnCode } from '../tables/pkcs11.ts'
import type { TagName } from '../tables/tags.ts'
import { has, type Version } from '../version.ts'
import { expectType, subjectOf, type Type } from './type.ts'

const primitive = <Kind extends Primitive>(kind: Kind): Type<ItemValues[Kind]> => ({
  read: (item) => expectType(item, kind).value,
  write: (tag, value) =>
    isItemValue[kind](value)
      ? ({ tag, type: kind, value } as Item)
      : fail('invalid_field', `not of type ${kind}`, subjectOf(tag)),
})

/** A signed number of 32 bits. */
export const integer = primitive('Integer')
export const longInteger = primitive('LongInteger')
export const bigInteger = primitive('BigInteger')
export const boolean = primitive('Boolean')
export const text = primitive('TextString')
export const bytes = primitive('ByteString')
/** Seconds since 1970. */
export const dateTime = primitive('DateTime')
/** Seconds. */
export const interval = primitive('Interval')
/** Microseconds since 1970. */
export const dateTimeExtended = primitive('DateTimeExtended')

/** A vendor's own value of an enumeration: 0x80000000 to 0x8FFFFFFF. */
export type ExtensionValue = number

type NamesOf = {
  readonly [Name in EnumerationName]: keyof (typeof enumerations)[Name]
} & {
  readonly Tag: TagName
  readonly PKCS_11Function: Pkcs11Function
  readonly PKCS_11ReturnCode: Pkcs11ReturnCode
}

/** Values of an enumeration by name, such as `'AES'`; a number is a vendor's extension. */
export type EnumerationValue<Name extends keyof NamesOf> = NamesOf[Name] | ExtensionValue

/** An enumeration: `unknown_enumeration` for what its table has not in this version. */
export const enumeration = <Name extends keyof NamesOf>(
  name: Name,
): Type<EnumerationValue<Name>> => {
  const { byName, byValue } = enumerationTable(name)
  const check = (label: string, tag: number, version: Version): number => {
    const entry = byName.get(label)
    return entry !== undefined && has(version, entry)
      ? entry[0]
      : fail('unknown_enumeration', `not a value of ${name} in ${version}`, subjectOf(tag))
  }
  return {
    read: (item, version) => {
      const { value, tag } = expectType(item, 'Enumeration')
      if (isExtensionValue(value)) return value
      const label = byValue.get(value) ?? ''
      check(label, tag, version)
      return label as EnumerationValue<Name>
    },
    write: (tag, value, version) => {
      if (typeof value !== 'number') {
        return { tag, type: 'Enumeration', value: check(value, tag, version) }
      }
      return Number.isInteger(value) && isExtensionValue(value)
        ? { tag, type: 'Enumeration', value }
        : fail('invalid_field', 'a number is no extension of an enumeration', subjectOf(tag))
    },
  }
}

/** The tags that one version has, as values of an enumeration. */
export const isTagOf = (name: string, version: Version): name is TagName => {
  const entry = tagTable.byName.get(name)
  return entry !== undefined && has(version, entry)
}

export type MaskBit<Name extends MaskName> = keyof (typeof masks)[Name]

// Bits of no table belong to vendors (KMIP 2.1 §12); a mask of 2.x has none below bit 24.
const bitsOf = (name: MaskName, version: Version | undefined): number => {
  let bits = 0
  for (const [, entry] of maskTable(name).byName) {
    if (version === undefined || has(version, entry)) bits |= entry[0]
  }
  return bits
}

/** A bit mask as its number; `unknown_enumeration` for a named bit of another version. */
export const mask = (name: MaskName): Type<number> => {
  const all = bitsOf(name, undefined)
  const check = (value: number, tag: number, version: Version): number =>
    (value & all & ~bitsOf(name, version)) === 0
      ? value
      : fail('unknown_enumeration', `not bits of ${name} in ${version}`, subjectOf(tag))
  return {
    read: (item, version) => check(integer.read(item, version), item.tag, version),
    write: (tag, value, version) => integer.write(tag, check(value, tag, version), version),
  }
}

/** The number of a mask: `maskOf('CryptographicUsageMask', 'Sign', 'Verify')`. */
export const maskOf = <Name extends MaskName>(
  name: Name,
  ...bits: readonly MaskBit<Name>[]
): number =>
  bits.reduce((value, bit) => value | (maskTable(name).byName.get(bit as string)?.[0] ?? 0), 0)

/** Whether a mask has all of these bits. */
export const hasBits = <Name extends MaskName>(
  value: number,
  name: Name,
  ...bits: readonly MaskBit<Name>[]
): boolean => {
  const wanted = maskOf(name, ...bits)
  return (value & wanted) === wanted
}

/** The value of an item without its tag: custom attributes and vendor extensions hold any. */
export type AnyValue = {
  readonly [Kind in ItemType]: { readonly type: Kind; readonly value: ItemValues[Kind] }
}[ItemType]

export const anyValue: Type<AnyValue> = {
  read: ({ type, value }) => ({ type, value }) as AnyValue,
  write: (tag, { type, value }) => ({ tag, type, value }) as Item,
}

/** A structure whose items no table describes. */
export const anyItems: Type<readonly Item[]> = {
  read: (item) => expectType(item, 'Structure').value,
  write: (tag, value) => ({ tag, type: 'Structure', value }),
}
