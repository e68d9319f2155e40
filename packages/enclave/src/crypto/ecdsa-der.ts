/** ECDSA signatures of 256-bit curves: r ‖ s and back to the DER of SEC 1 §C.5. */
import { type Bytes, bytesToUint, concat, uintToBytes } from '@holdfast/base/bytes'
import { p256Order } from './scalar.ts'

const integer = (value: Bytes): Bytes => {
  let start = 0
  while (start < value.length - 1 && value[start] === 0) start += 1
  const digits = value.subarray(start)
  const sign = (digits[0] as number) >= 0x80 ? [0] : []
  return Uint8Array.of(0x02, digits.length + sign.length, ...sign, ...digits)
}

/** DER of r ‖ s, 64 bytes. */
export const toDer = (signature: Bytes): Bytes => {
  const body = concat(integer(signature.subarray(0, 32)), integer(signature.subarray(32, 64)))
  return concat(Uint8Array.of(0x30, body.length), body)
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
