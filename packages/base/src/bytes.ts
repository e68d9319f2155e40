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

/** Lower-case hexadecimal, two digits a byte. */
export const toHex = (bytes: Bytes): string => {
  let text = ''
  for (const byte of bytes) text += hexPairs[byte]
  return text
}

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
const letterValues: ReadonlyMap<number, number> = new Map(
  Array.from(alphabet, (letter, value) => [letter.charCodeAt(0), value]),
)

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

/** Bytes of base64url text without padding; unused bits must be zero. */
export const fromBase64Url = (text: string): Bytes => {
  if (text.length % 4 === 1) throw new TypeError('base64url text has an impossible length')
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let buffer = 0
  let bits = 0
  let offset = 0
  for (let index = 0; index < text.length; index += 1) {
    const value = letterValues.get(text.charCodeAt(index))
    if (value === undefined) throw new TypeError('not base64url')
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[offset] = (buffer >> bits) & 0xff
      offset += 1
    }
  }
  if ((buffer & ((1 << bits) - 1)) !== 0) throw new TypeError('base64url text has stray bits')
  return bytes
}

/** A big-endian unsigned integer of `length` bytes; a `RangeError` where it does not fit. */
export const uintToBytes = (value: bigint, length: number): Bytes => {
  if (value < 0n || value >> BigInt(length * 8) !== 0n) throw new RangeError('integer too large')
  return length === 0 ? new Uint8Array(0) : fromHex(value.toString(16).padStart(length * 2, '0'))
}

export const bytesToUint = (bytes: Bytes): bigint =>
  bytes.length === 0 ? 0n : BigInt(`0x${toHex(bytes)}`)
