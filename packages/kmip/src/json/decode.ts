/** JSON text to an item tree (KMIP Profiles 2.1 §5.5, JSON profile). */
import type { Bytes } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { parseStrictJson } from '@holdfast/base/json'
import { type Budget, type DecodeLimits, textBudget } from '../decoding.ts'
import {
  type Item,
  type ItemType,
  isItemValue,
  itemTypes,
  type PrimitiveReaders,
  readWith,
} from '../item.ts'
import { depthMax, itemsMax } from '../limits.ts'
import { tagName } from '../names.ts'
import { type Naming, namingOf, parseEnumeration, parseInteger, parseTag } from '../text/named.ts'
import { parseNumber } from '../text/numbers.ts'
import {
  parseBigInteger,
  parseBytes,
  parseDateTime,
  parseDateTimeExtended,
} from '../text/values.ts'

const malformed = (detail: string): never => fail('malformed', detail)

const text = (value: unknown): string =>
  typeof value === 'string' ? value : malformed('a value is not a JSON string')

/** A JSON number without a fraction, or a text of hexadecimal. */
const whole = (value: unknown, bits: 32 | 64, signed: boolean): bigint => {
  if (typeof value === 'string' && value.startsWith('0x')) return parseNumber(value, bits, signed)
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || Object.is(value, -0)) {
    return malformed('a value is not a whole number')
  }
  return parseNumber(value.toString(), bits, signed)
}

const integer = (value: unknown, naming: Naming): number =>
  typeof value === 'string' && naming.mask !== undefined
    ? parseInteger(value, naming, /\|/)
    : Number(whole(value, 32, true))

const bigInteger = (value: unknown): bigint => {
  if (typeof value === 'number') return whole(value, 64, true)
  const digits = text(value)
  return digits.startsWith('0x')
    ? parseBigInteger(digits.slice(2))
    : malformed('a big integer is not in hexadecimal')
}

const boolean = (value: unknown): boolean =>
  typeof value === 'boolean' ? value : malformed('a boolean is neither true nor false')

const wellFormed = (value: unknown): string =>
  isItemValue.TextString(value) ? (value as string) : malformed('a text is not well-formed')

const enumeration = (value: unknown, naming: Naming): number =>
  typeof value === 'number'
    ? Number(whole(value, 32, false))
    : parseEnumeration(text(value), naming)

const readers: PrimitiveReaders<readonly [value: unknown, naming: Naming]> = {
  Integer: integer,
  LongInteger: (value) => whole(value, 64, true),
  BigInteger: bigInteger,
  Enumeration: enumeration,
  Boolean: boolean,
  TextString: wellFormed,
  ByteString: (value) => parseBytes(text(value)),
  DateTime: (value) => parseDateTime(text(value)),
  Interval: (value) => Number(whole(value, 32, false)),
  DateTimeExtended: (value) => parseDateTimeExtended(text(value)),
}

type Members = { readonly tag: string; readonly type: ItemType; readonly value: unknown }

const membersOf = (json: unknown): Members => {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return malformed('an item is not a JSON object')
  }
  const members = json as Readonly<Record<string, unknown>>
  for (const key of Object.keys(members)) {
    if (key !== 'tag' && key !== 'type' && key !== 'value') malformed('an item has another member')
  }
  const name = Object.hasOwn(members, 'type') ? text(members['type']) : 'Structure'
  const type = itemTypes.find((candidate) => candidate === name)
  if (type === undefined) return malformed('there is no such item type')
  return { tag: text(members['tag']), type, value: members['value'] }
}

const siblingName = (items: readonly unknown[]): string | undefined => {
  for (const candidate of items) {
    const { tag, value } = (candidate ?? {}) as { readonly tag?: unknown; readonly value?: unknown }
    if (tag === 'AttributeName' && typeof value === 'string') return value
  }
  return undefined
}

// The recursion is bounded: checkDepth runs before each step down.
const toItem = (json: unknown, bounds: Budget, depth: number, attributeName?: string): Item => {
  bounds.spendItem()
  const members = membersOf(json)
  const tag = parseTag(members.tag)
  if (members.type !== 'Structure') {
    const naming = namingOf(tagName(tag), attributeName)
    return readWith(readers, tag, members.type, members.value, naming)
  }
  bounds.checkDepth(depth)
  if (!Array.isArray(members.value)) return malformed('a structure has no array of items')
  const items = members.value as readonly unknown[]
  const name = siblingName(items)
  return {
    tag,
    type: 'Structure',
    value: items.map((child) => toItem(child, bounds, depth + 1, name)),
  }
}

const openBrace = 0x7b
const openBracket = 0x5b

/**
 * Bounds what a JSON parser may make of the text before it runs: an item is one object and at
 * most one array. Brackets inside texts count too, so the bound is generous.
 */
const checkOpenings = (untrusted: Bytes, most: number): void => {
  let openings = 0
  for (const byte of untrusted) if (byte === openBrace || byte === openBracket) openings += 1
  if (openings > 4 * most + 4) fail('too_large', 'the message has more items than the limit')
}

/** The item tree of one JSON message; `malformed`, `unknown_tag`, `too_large` otherwise. */
export const decodeJson = (untrusted: Bytes, limits: DecodeLimits = {}): Result<Item> =>
  attempt(() => {
    const bounds = textBudget(untrusted.length, limits)
    checkOpenings(untrusted, limits.itemsMax ?? itemsMax)
    // Each structure takes an object and an array.
    const json = parseStrictJson(untrusted, 2 * (limits.depthMax ?? depthMax) + 1)
    return toItem(json, bounds, 1)
  })
