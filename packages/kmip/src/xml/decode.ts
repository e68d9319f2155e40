/** XML text to an item tree (KMIP Profiles 2.1 §5.4, XML profile). */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { type DecodeLimits, textBudget } from '../decoding.ts'
import { type Item, type ItemType, itemTypes, type PrimitiveReaders, readWith } from '../item.ts'
import { tagName } from '../names.ts'
import { type Naming, namingOf, parseEnumeration, parseInteger, parseTag } from '../text/named.ts'
import { parseNumber } from '../text/numbers.ts'
import {
  parseBigInteger,
  parseBytes,
  parseDateTime,
  parseDateTimeExtended,
} from '../text/values.ts'
import { parseXml, type XmlElement } from './element.ts'

const allowedAttributes: ReadonlySet<string> = new Set(['type', 'value', 'tag', 'name'])

const parseBoolean = (text: string): boolean => {
  if (text === 'true' || text === 'false') return text === 'true'
  return fail('malformed', 'a boolean is neither true nor false')
}

const parseText = (text: string): string =>
  text.isWellFormed() ? text : fail('malformed', 'a text is not well-formed')

const readers: PrimitiveReaders<readonly [text: string, naming: Naming]> = {
  Integer: (text, naming) => parseInteger(text.trim(), naming, /\s+/),
  LongInteger: (text) => parseNumber(text, 64, true),
  BigInteger: parseBigInteger,
  Enumeration: parseEnumeration,
  Boolean: parseBoolean,
  TextString: parseText,
  ByteString: parseBytes,
  DateTime: parseDateTime,
  Interval: (text) => Number(parseNumber(text, 32, false)),
  DateTimeExtended: parseDateTimeExtended,
}

const tagOf = ({ name, attributes }: XmlElement): number => {
  const tag = attributes.get('tag')
  if (name === 'TTLV') return parseTag(tag ?? fail('malformed', 'an element has no tag'))
  if (tag !== undefined || name.startsWith('0x')) fail('malformed', 'an element has two tags')
  return parseTag(name)
}

const typeOf = ({ attributes }: XmlElement): ItemType => {
  const text = attributes.get('type') ?? 'Structure'
  return itemTypes.find((type) => type === text) ?? fail('malformed', 'there is no such item type')
}

/** The item of an element; its depth was bounded when it was parsed. */
export const elementToItem = (element: XmlElement, attributeName?: string): Item => {
  for (const key of element.attributes.keys()) {
    if (!allowedAttributes.has(key)) fail('malformed', 'an element has an unknown attribute')
  }
  const tag = tagOf(element)
  const type = typeOf(element)
  const text = element.attributes.get('value')
  if (type === 'Structure') {
    if (text !== undefined) fail('malformed', 'a structure has a value')
    const name = element.children
      .find((child) => child.name === 'AttributeName')
      ?.attributes.get('value')
    return { tag, type, value: element.children.map((child) => elementToItem(child, name)) }
  }
  if (element.children.length > 0) fail('malformed', 'a value has elements in it')
  if (text === undefined) return fail('malformed', 'an element has no value')
  return readWith(readers, tag, type, text, namingOf(tagName(tag), attributeName))
}

const readMessage = (untrusted: Bytes, limits: DecodeLimits): Item => {
  const bounds = textBudget(untrusted.length, limits)
  let text: string
  try {
    text = fromUtf8(untrusted)
  } catch {
    return fail('malformed', 'not XML in UTF-8')
  }
  const [root, ...others] = parseXml(text, bounds)
  if (root === undefined || others.length > 0) return fail('malformed', 'not exactly one element')
  return elementToItem(root)
}

/** The item tree of one XML message; `malformed`, `unknown_tag`, `too_large` otherwise. */
export const decodeXml = (untrusted: Bytes, limits: DecodeLimits = {}): Result<Item> =>
  attempt(() => readMessage(untrusted, limits))
