/** ECDSA signatures of 256-bit curves: r ‖ s and back to the DER of SEC 1 §C.5. */
import { type Bytes, bytesToUint, concat, uintToBytes } from '@holdfast/base/bytes'
import { p256Order } from './scalar.ts'

/** Where the digits of 32 bytes begin, and whether a zero goes before them. */
const digitsOf = (
  value: Bytes,
  from: number,
): { readonly start: number; readonly sign: number } => {
  let start = from
  while (start < from + 31 && value[start] === 0) start += 1
  return { start, sign: (value[start] as number) >= 0x80 ? 1 : 0 }
}

/** DER of r ‖ s, 64 bytes; in one buffer, for it is made for every signature. */
export const toDer = (signature: Bytes): Bytes => {
  const parts = [0, 32].map((from) => {
    const { start, sign } = digitsOf(signature, from)
    return { start, end: from + 32, sign, length: from + 32 - start + sign }
  })
  const length = parts.reduce((sum, part) => sum + 2 + part.length, 0)
  const der = new Uint8Array(2 + length)
  der[0] = 0x30
  der[1] = length
  let offset = 2
  for (const part of parts) {
    der[offset] = 0x02
    der[offset + 1] = part.length
    der.set(signature.subarray(part.start, part.end), offset + 2 + part.sign)
    offset += 2 + part.length
  }
  return der
}

/** r ‖ s of DER that OpenSSL has written. */
export const fromDer = (der: Bytes): Bytes => {
  const signature = new Uint8Array(64)
  let offset = 2
  for (const end of [32, 64]) {
    const length = der[offset + 1] as number
    const digits = der.subarray(offset + 2, offset + 2 + length)
    const value = digits.length > 32 ? digits.subarray(digits.length - 32) : digits
    signature.set(value, end - value.length)
    offset += 2 + length
  }
  return signature
}

/** The same signature with s in the lower half of the curve's order, P-256's by default. */
export const lowerHalf = (signature: Bytes, orderBytes: Bytes = p256Order): Bytes => {
  const order = bytesToUint(orderBytes)
  const s = bytesToUint(signature.subarray(32))
  if (s <= order / 2n || s >= order) return signature
  return concat(signature.subarray(0, 32), uintToBytes(order - s, 32))
}
