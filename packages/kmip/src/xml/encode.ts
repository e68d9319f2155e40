/** An item tree to XML text (KMIP Profiles 2.1 §5.4, XML profile). */
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { type Item, isItemValue, type PrimitiveWriters, writeWith } from '../item.ts'
import { depthMax } from '../limits.ts'
import { tagName } from '../names.ts'
import { attributeNameIn, enumerationText, maskText, type Naming, namingOf } from '../text/named.ts'
import { hexNumber } from '../text/numbers.ts'
import { bigIntegerText, dateTimeExtendedText, dateTimeText } from '../text/values.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

// XML 1.0 §2.2: no entity can say these.
const unsayable = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u

const escape = (text: string): string =>
  unsayable.test(text)
    ? fail('invalid_field', 'XML cannot say a character of this text')
    : text.replaceAll(/[&<>"\t\n\r]/g, (character) => entities[character] as string)

const decimal = (value: number | bigint): string => value.toString()

const writers: PrimitiveWriters<string, Naming> = {
  Integer: (value, naming) => maskText(value, naming, ' '),
  LongInteger: decimal,
  BigInteger: bigIntegerText,
  Enumeration: enumerationText,
  Boolean: (value) => (value ? 'true' : 'false'),
  TextString: escape,
  ByteString: toHex,
  DateTime: dateTimeText,
  Interval: decimal,
  DateTimeExtended: dateTimeExtendedText,
}

const write = (lines: string[], item: Item, depth: number, attributeName?: string): void => {
  if (!isItemValue[item.type](item.value)) {
    fail('invalid_field', `a value is no ${item.type}`, item.tag.toString(16))
  }
  const name = tagName(item.tag)
  const start = name ?? `TTLV tag="${hexNumber(BigInt(item.tag), 24)}"`
  const indent = '  '.repeat(depth - 1)
  if (item.type !== 'Structure') {
    const text = writeWith(writers, item, namingOf(name, attributeName))
    lines.push(`${indent}<${start} type="${item.type}" value="${text}"/>`)
    return
  }
  if (depth > depthMax) fail('too_large', 'structures nest deeper than the limit')
  if (item.value.length === 0) {
    lines.push(`${indent}<${start}/>`)
    return
  }
  const inner = attributeNameIn(item)
  lines.push(`${indent}<${start}>`)
  for (const child of item.value) write(lines, child, depth + 1, inner)
  lines.push(`${indent}</${name ?? 'TTLV'}>`)
}

/** The XML text of an item tree. Throws a `RefusalError` where XML cannot say a text. */
export const encodeXml = (item: Item): Bytes => {
  const lines: string[] = []
  write(lines, item, 1)
  return utf8(`${lines.join('\n')}\n`)
}
