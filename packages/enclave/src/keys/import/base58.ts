/** Base58 text → bytes, in place of libraries that go through strings and big integers. */
import type { Bytes } from '@holdfast/base/bytes'

const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
/** Value by byte; 255 for what is no digit. */
const digits: Bytes = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = alphabet.indexOf(String.fromCharCode(byte))
  return value < 0 ? 255 : value
})

/**
 * Writes the value of `text` into all of `result`, big-endian. False where a byte is no digit or
 * the value does not fit; leading ones are not counted: the caller knows the length.
 */
export const base58Into = (text: Bytes, result: Bytes): boolean => {
  result.fill(0)
  let wrong = 0
  for (const byte of text) {
    const digit = digits[byte] as number
    wrong |= digit === 255 ? 1 : 0
    let carry = digit
    for (let at = result.length - 1; at >= 0; at -= 1) {
      carry += (result[at] as number) * 58
      result[at] = carry & 0xff
      carry >>= 8
    }
    wrong |= carry
  }
  return wrong === 0
}
