/** Tags, enumeration values and masks as texts (KMIP Profiles 2.1, XML and JSON profiles). */
import { fail } from '@holdfast/base/errors'
import type { StructureItem } from '../item.ts'
import {
  enumerationTableOf,
  isExtensionTag,
  maskTableOf,
  type NameTable,
  tagName,
  tagNumber,
  tagTable,
} from '../names.ts'
import { hexNumber, parseNumber } from './numbers.ts'

const attributeNameTag = tagNumber('AttributeName')

/** Hexadecimal of a tag without a name: `0x540001`. */
export const tagText = (tag: number): string => tagName(tag) ?? hexNumber(BigInt(tag), 24)

/** The tag of a name or of `0x` and six digits; `unknown_tag` where there is none. */
export const parseTag = (text: string): number => {
  if (/^0x[0-9a-fA-F]{6}$/.test(text)) {
    const tag = Number(text)
    return tag >>> 16 === 0x42 || isExtensionTag(tag)
      ? tag
      : fail('malformed', 'a tag is in no range of KMIP')
  }
  return tagTable.byName.get(text)?.[0] ?? fail('unknown_tag', 'there is no such tag')
}

/**
 * The name that attributes of 1.x are known by as a tag: `Cryptographic Usage Mask` →
 * `CryptographicUsageMask` (KMIP Profiles 1.4 §5.4.1.1).
 */
export const normalName = (displayed: string): string => {
  const words = displayed
    .replaceAll(/[()]/g, ' ')
    .replaceAll(/[^A-Za-z0-9_](?=[A-Za-z][a-z])/g, ' ')
    .replaceAll(/[^A-Za-z0-9_ ]/g, '_')
    .split(' ')
    .filter((word) => word !== '')
  const [first = '', ...rest] = words
  const digits = /^\d*/.exec(first)?.[0] ?? ''
  return [first.slice(digits.length) + digits, ...rest]
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}

/** What gives the values of an item their names: its tag, or for an AttributeValue its sibling. */
export type Naming = {
  readonly enumeration: NameTable | undefined
  readonly mask: NameTable | undefined
}

/** `attributeName` is the text of the AttributeName beside an AttributeValue. */
export const namingOf = (tag: string | undefined, attributeName: string | undefined): Naming => {
  const name =
    tag === 'AttributeValue' && attributeName !== undefined ? normalName(attributeName) : tag
  return { enumeration: enumerationTableOf(name), mask: maskTableOf(name) }
}

export const enumerationText = (value: number, { enumeration }: Naming): string =>
  enumeration?.byValue.get(value) ?? hexNumber(BigInt(value), 32)

export const parseEnumeration = (text: string, { enumeration }: Naming): number => {
  if (text.startsWith('0x')) return Number(parseNumber(text, 32, false))
  return (
    enumeration?.byName.get(text)?.[0] ??
    fail('unknown_enumeration', 'an enumeration has no value of this name')
  )
}

/** Names of the bits, and one hexadecimal number for bits without a name. */
export const maskText = (value: number, { mask }: Naming, separator: string): string => {
  if (mask === undefined || value === 0) return value.toString()
  const parts: string[] = []
  let rest = value
  for (const [bit, name] of mask.byValue) {
    if ((rest & bit) !== 0) {
      parts.push(name)
      rest &= ~bit
    }
  }
  if (rest !== 0) parts.push(hexNumber(BigInt(rest), 32))
  return parts.join(separator)
}

const maskPart = (text: string, { mask }: Naming): number => {
  const bit = mask?.byName.get(text)?.[0]
  return bit ?? Number(parseNumber(text, 32, true))
}

/** An integer, or for a mask the names of its bits. */
export const parseInteger = (text: string, naming: Naming, separator: RegExp): number =>
  text.split(separator).reduce((value, part) => value | maskPart(part, naming), 0)

/** The text of the AttributeName in a structure, which names the values beside it. */
export const attributeNameIn = ({ value }: StructureItem): string | undefined => {
  const found = value.find(({ tag }) => tag === attributeNameTag)
  return found?.type === 'TextString' ? found.value : undefined
}
