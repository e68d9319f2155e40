/** Bytes and their text forms. Decoders are strict: one text per value, else a `TypeError`. */

export type Bytes = Uint8Array

// The standard encoders of every runtime; declared here because this package compiles without DOM.
declare const TextEncoder: new () => { encode(text: string): Uint8Array }
declare const TextDecoder: new (
  label: 'utf-8',
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 of a text. */
export const utf8 = (text: string): Bytes => encoder.encode(text)

/** Text of UTF-8 bytes; a `TypeError` where they are not well-formed. */
export const fromUtf8 = (bytes: Bytes): string => decoder.decode(bytes)

export const concat = (...parts: readonly Bytes[]): Bytes => {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Whether two byte strings are equal, in time that depends on their lengths alone. */
export const equalBytes = (left: Bytes, right: Bytes): boolean => {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index += 1) {
    difference |= (left[index] as number) ^ (right[index] as number)
  }
  return difference === 0
}

const hexPairs: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/** ES2026 has it; Node 24 and older browsers do not. */
type MaybeNative = { readonly toHex?: () => string }

const portableHex = (bytes: Bytes): string => {
  let text = ''
  for (const byte of bytes) text += hexPairs[byte]
  return text
}

/**
 * Lower-case hexadecimal, two digits a byte. The engine's own gives one flat text; one that is
 * joined from pieces is flattened when it is used, which costs more than making it.
 */
export const toHex = (bytes: Bytes): string =>
  (bytes as MaybeNative).toHex?.() ?? portableHex(bytes)

const nibble = (code: number): number => {
  if (code >= 48 && code <= 57) return code - 48
  if (code >= 97 && code <= 102) return code - 87
  if (code >= 65 && code <= 70) return code - 55
  throw new TypeError('not hexadecimal')
}

/** Bytes of hexadecimal text in either case, without a prefix. */
export const fromHex = (text: string): Bytes => {
  if (text.length % 2 !== 0) throw new TypeError('hexadecimal text has an odd length')
  const bytes = new Uint8Array(text.length / 2)
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = nibble(text.charCodeAt(index * 2)) * 16 + nibble(text.charCodeAt(index * 2 + 1))
  }
  return bytes
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** By character code; what is no letter has a bit above the six. */
const noLetter = 0x40
const letterValues: Bytes = new Uint8Array(128).fill(noLetter)
for (let value = 0; value < alphabet.length; value += 1) {
  letterValues[alphabet.charCodeAt(value)] = value
}

/** Base64url without padding (RFC 4648 §5). */
export const toBase64Url = (bytes: Bytes): string => {
  let text = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const first = bytes[index] as number
    const second = bytes[index + 1]
    const third = bytes[index + 2]
    text += alphabet[first >> 2]
    text += alphabet[((first & 3) << 4) | ((second ?? 0) >> 4)]
    if (second !== undefined) text += alphabet[((second & 15) << 2) | ((third ?? 0) >> 6)]
    if (third !== undefined) text += alphabet[third & 63]
  }
  return text
}

const letterAt = (text: string, index: number): number =>
  letterValues[text.charCodeAt(index)] ?? noLetter

/** Bytes of base64url text without padding; unused bits must be zero. */
export const fromBase64Url = (text: string): Bytes => {
  const { length } = text
  if (length % 4 === 1) throw new TypeError('base64url text has an impossible length')
  const bytes = new Uint8Array(Math.floor((length * 3) / 4))
  const whole = length - (length % 4)
  let offset = 0
  // Every letter is joined in here, so that one comparison at the end finds what is none.
  let seen = 0
  for (let index = 0; index < whole; index += 4) {
    const first = letterAt(text, index)
    const second = letterAt(text, index + 1)
    const third = letterAt(text, index + 2)
    const fourth = letterAt(text, index + 3)
    seen |= first | second | third | fourth
    bytes[offset] = (first << 2) | (second >> 4)
    bytes[offset + 1] = (second << 4) | (third >> 2)
    bytes[offset + 2] = (third << 6) | fourth
    offset += 3
  }
  let stray = 0
  if (whole < length) {
    const first = letterAt(text, whole)
    const second = letterAt(text, whole + 1)
    const third = whole + 2 < length ? letterAt(text, whole + 2) : 0
    seen |= first | second | third
    bytes[offset] = (first << 2) | (second >> 4)
    if (whole + 2 < length) bytes[offset + 1] = (second << 4) | (third >> 2)
    stray = whole + 2 < length ? third & 3 : second & 15
  }
  if (seen >= noLetter) throw new TypeError('not base64url')
  if (stray !== 0) throw new TypeError('base64url text has stray bits')
  return bytes
}

/** A big-endian unsigned integer of `length` bytes; a `RangeError` where it does not fit. */
export const uintToBytes = (value: bigint, length: number): Bytes => {
  if (value < 0n || value >> BigInt(length * 8) !== 0n) throw new RangeError('integer too large')
  return length === 0 ? new Uint8Array(0) : fromHex(value.toString(16).padStart(length * 2, '0'))
}

export const bytesToUint = (bytes: Bytes): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
