/** An item tree to JSON text (KMIP Profiles 2.1 §5.5, JSON profile). */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { type Item, isItemValue, type PrimitiveWriters, writeWith } from '../item.ts'
import { depthMax } from '../limits.ts'
import { tagName } from '../names.ts'
import {
  attributeNameIn,
  enumerationText,
  maskText,
  type Naming,
  namingOf,
  tagText,
} from '../text/named.ts'
import { hexNumber } from '../text/numbers.ts'
import { bigIntegerText, dateTimeExtendedText, dateTimeText } from '../text/values.ts'

type JsonValue = string | number | boolean | readonly JsonItem[]

export type JsonItem = {
  readonly tag: string
  readonly type?: string
  readonly value: JsonValue
}

// Beyond this a JSON number would lose digits in many readers.
const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

const same = <Value>(value: Value): Value => value

const writers: PrimitiveWriters<JsonValue, Naming> = {
  Integer: (value, naming) =>
    naming.mask === undefined || value === 0 ? value : maskText(value, naming, '|'),
  LongInteger: (value) =>
    value >= -safeMax && value <= safeMax ? Number(value) : hexNumber(value, 64),
  BigInteger: (value) => `0x${bigIntegerText(value)}`,
  Enumeration: enumerationText,
  Boolean: same,
  TextString: same,
  ByteString: toHex,
  DateTime: dateTimeText,
  Interval: same,
  DateTimeExtended: dateTimeExtendedText,
}

const toJson = (item: Item, depth: number, attributeName?: string): JsonItem => {
  if (!isItemValue[item.type](item.value)) {
    fail('invalid_field', `a value is no ${item.type}`, item.tag.toString(16))
  }
  const tag = tagText(item.tag)
  if (item.type !== 'Structure') {
    const value = writeWith(writers, item, namingOf(tagName(item.tag), attributeName))
    return { tag, type: item.type, value }
  }
  if (depth > depthMax) fail('too_large', 'structures nest deeper than the limit')
  const inner = attributeNameIn(item)
  return { tag, value: item.value.map((child) => toJson(child, depth + 1, inner)) }
}

/** The JSON text of an item tree. */
export const encodeJson = (item: Item): Bytes => utf8(JSON.stringify(toJson(item, 1)))
