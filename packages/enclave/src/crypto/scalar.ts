/** Ranges of private keys, compared without branches on secret bytes. */
import { type Bytes, fromHex } from '@holdfast/base/bytes'

/** SEC 2 §2.4.1. */
export const secp256k1Order = fromHex(
  'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
)
/** SEC 2 §2.4.2 (P-256). */
export const p256Order = fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')

/** Whether 0 ≤ scalar < order, both of 32 bytes, big-endian. */
export const isBelow = (scalar: Bytes, order: Bytes): boolean => {
  let borrow = 0
  for (let index = 31; index >= 0; index -= 1) {
    borrow = (((scalar[index] as number) - (order[index] as number) - borrow) >> 8) & 1
  }
  return scalar.length === 32 && borrow === 1
}

export const isZero = (bytes: Bytes): boolean => {
  let any = 0
  for (const byte of bytes) any |= byte
  return any === 0
}

/** Whether 1 ≤ scalar < order. */
export const isScalar = (scalar: Bytes, order: Bytes): boolean =>
  isBelow(scalar, order) && !isZero(scalar)
