/** A small strict DER writer and reader (ITU-T X.690): one encoding per value, else `malformed`. */
import { type Bytes, bytesToUint, concat, fromHex, utf8 } from './bytes.ts'
import { assert, fail } from './errors.ts'
import { derDepthMax } from './limits.ts'

export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

/** The tag of `[number]`, constructed (explicit or a structure) or primitive. */
export const contextTag = (number: number, constructed: boolean): number => {
  assert(number >= 0 && number < 31, 'a context tag is one byte')
  return (constructed ? 0xa0 : 0x80) | number
}

const lengthBytes = (length: number): Bytes => {
  if (length < 0x80) return Uint8Array.of(length)
  const digits = length.toString(16)
  const big = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)
  return concat(Uint8Array.of(0x80 | big.length), big)
}

/** One element: tag, length, contents joined. */
export const encode = (tag: number, ...contents: readonly Bytes[]): Bytes => {
  const content = concat(...contents)
  return concat(Uint8Array.of(tag), lengthBytes(content.length), content)
}

export const sequence = (...items: readonly Bytes[]): Bytes => encode(derTag.sequence, ...items)
export const set = (...items: readonly Bytes[]): Bytes => encode(derTag.set, ...items)
export const octetString = (bytes: Bytes): Bytes => encode(derTag.octetString, bytes)
export const bitString = (bytes: Bytes, unusedBits = 0): Bytes =>
  encode(derTag.bitString, Uint8Array.of(unusedBits), bytes)
export const boolean = (value: boolean): Bytes =>
  encode(derTag.boolean, Uint8Array.of(value ? 0xff : 0))
export const utf8String = (text: string): Bytes => encode(derTag.utf8String, utf8(text))
export const printableString = (text: string): Bytes => encode(derTag.printableString, utf8(text))
export const ia5String = (text: string): Bytes => encode(derTag.ia5String, utf8(text))
export const enumerated = (value: number): Bytes => encode(derTag.enumerated, Uint8Array.of(value))

/** `[number] EXPLICIT`, or a constructed IMPLICIT value. */
export const explicit = (number: number, ...contents: readonly Bytes[]): Bytes =>
  encode(contextTag(number, true), ...contents)

/** `[number] IMPLICIT` of a primitive value, without its own tag. */
export const implicit = (number: number, content: Bytes): Bytes =>
  encode(contextTag(number, false), content)

/** An INTEGER that is not negative, from a number or from its big-endian bytes. */
export const integer = (value: number | bigint | Bytes): Bytes => {
  const number = value instanceof Uint8Array ? bytesToUint(value) : BigInt(value)
  assert(number >= 0n, 'a DER integer here is not negative')
  const digits = number.toString(16)
  const big = fromHex(digits.length % 2 === 0 ? digits : `0${digits}`)
  return encode(
    derTag.integer,
    (big[0] as number) >= 0x80 ? Uint8Array.of(0) : big.slice(0, 0),
    big,
  )
}

const base128 = (value: number): number[] => {
  const bytes = [value & 0x7f]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest & 0x7f) | 0x80)
  }
  return bytes
}

/** An OBJECT IDENTIFIER from its dotted form. */
export const oid = (dotted: string): Bytes => {
  const [first, second, ...rest] = dotted.split('.').map(Number) as [number, number, ...number[]]
  const bytes = [first * 40 + second, ...rest].flatMap(base128)
  return encode(derTag.oid, Uint8Array.from(bytes))
}

/** UTCTime up to 2049, GeneralizedTime after (RFC 5280 §4.1.2.5), whole seconds. */
export const time = (atMs: number): Bytes => {
  const iso = new Date(Math.floor(atMs / 1000) * 1000).toISOString()
  const digits = `${iso.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`
  const year = Number(digits.slice(0, 4))
  return year >= 1950 && year < 2050
    ? encode(derTag.utcTime, utf8(digits.slice(2)))
    : encode(derTag.generalizedTime, utf8(digits))
}

/** One element as it was read; `raw` is header and content, a view of the input. */
export type DerElement = { readonly tag: number; readonly content: Bytes; readonly raw: Bytes }

const readElement = (input: Bytes, start: number): DerElement => {
  const tag = input[start]
  const first = input[start + 1]
  if (tag === undefined || first === undefined) return fail('malformed', 'DER ends early')
  if ((tag & 0x1f) === 0x1f) fail('malformed', 'a DER tag is longer than one byte')
  let length = first
  let offset = start + 2
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 4) fail('malformed', 'a DER length has a form that is not allowed')
    if (offset + count > input.length) fail('malformed', 'DER ends early')
    length = Number(bytesToUint(input.subarray(offset, offset + count)))
    if (lengthBytes(length).length !== count + 1) fail('malformed', 'a DER length is not minimal')
    offset += count
  }
  if (offset + length > input.length) fail('malformed', 'DER ends early')
  const end = offset + length
  return { tag, content: input.subarray(offset, end), raw: input.subarray(start, end) }
}

/** All elements of a constructed value's content. */
export const readElements = (content: Bytes): readonly DerElement[] => {
  const elements: DerElement[] = []
  for (let offset = 0; offset < content.length; ) {
    const element = readElement(content, offset)
    elements.push(element)
    offset += element.raw.length
  }
  return elements
}

/** Exactly one element with that tag and nothing behind it. */
export const readOnly = (untrusted: Bytes, tag: number): DerElement => {
  const element = readElement(untrusted, 0)
  if (element.raw.length !== untrusted.length) fail('malformed', 'bytes stand behind the DER value')
  return expectTag(element, tag)
}

export const expectTag = (element: DerElement | undefined, tag: number): DerElement => {
  if (element === undefined || element.tag !== tag) {
    return fail('malformed', 'a DER element has another type than expected')
  }
  return element
}

/** The items of a SEQUENCE. */
export const readSequence = (element: DerElement | undefined): readonly DerElement[] =>
  readElements(expectTag(element, derTag.sequence).content)

/** An INTEGER that is not negative, minimal. */
export const readInteger = (element: DerElement | undefined): bigint => {
  const { content } = expectTag(element, derTag.integer)
  const [first, second] = content
  if (first === undefined || first >= 0x80) return fail('malformed', 'a DER integer is negative')
  if (first === 0 && second !== undefined && second < 0x80) {
    fail('malformed', 'a DER integer is not minimal')
  }
  return bytesToUint(content)
}

export const readBoolean = (element: DerElement | undefined): boolean => {
  const { content } = expectTag(element, derTag.boolean)
  const [value] = content
  if (content.length !== 1 || (value !== 0 && value !== 0xff)) {
    fail('malformed', 'a DER boolean has a value that is not allowed')
  }
  return value === 0xff
}

/** A BIT STRING of whole bytes. */
export const readBitString = (element: DerElement | undefined): Bytes => {
  const { content } = expectTag(element, derTag.bitString)
  if (content[0] !== 0) fail('malformed', 'a DER bit string is not of whole bytes')
  return content.subarray(1)
}

/** The dotted form of an OBJECT IDENTIFIER. */
export const readOid = (element: DerElement | undefined): string => {
  const { content } = expectTag(element, derTag.oid)
  const parts: number[] = []
  let value = 0
  let fresh = true
  for (const byte of content) {
    if (fresh && byte === 0x80) fail('malformed', 'a DER object identifier is not minimal')
    value = value * 128 + (byte & 0x7f)
    if (value > Number.MAX_SAFE_INTEGER) fail('malformed', 'a DER object identifier is too large')
    fresh = byte < 0x80
    if (fresh) {
      parts.push(value)
      value = 0
    }
  }
  const [first] = parts
  if (!fresh || first === undefined) return fail('malformed', 'a DER object identifier is cut')
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - root * 40, ...parts.slice(1)].join('.')
}

/** Milliseconds of a UTCTime or GeneralizedTime in the only form that RFC 5280 allows. */
export const readTime = (element: DerElement | undefined): number => {
  const tag = element?.tag === derTag.utcTime ? derTag.utcTime : derTag.generalizedTime
  let text = ''
  for (const byte of expectTag(element, tag).content) text += String.fromCharCode(byte)
  if (tag === derTag.utcTime) text = `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}`
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (match === null) return fail('malformed', 'a DER time has a form that is not allowed')
  const [, year, month, day, hour, minute, second] = match
  const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`
  const atMs = Date.parse(iso)
  if (Number.isNaN(atMs) || new Date(atMs).toISOString() !== iso) {
    fail('malformed', 'a DER time does not exist')
  }
  return atMs
}

/** Walks a whole value: every constructed element must be readable, within a bounded depth. */
export const checkDer = (untrusted: Bytes, depth = 0): void => {
  if (depth > derDepthMax) fail('malformed', 'DER is nested too deeply')
  for (const element of readElements(untrusted)) {
    if ((element.tag & 0x20) !== 0) checkDer(element.content, depth + 1)
  }
}
