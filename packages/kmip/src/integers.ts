/** Big integers as bytes: two's complement, big-endian, in the least multiple of eight bytes. */
import { type Bytes, bytesToUint, uintToBytes } from '@holdfast/base/bytes'

const bitLength = (value: bigint): number => (value === 0n ? 0 : value.toString(2).length)

/** Bytes that a big integer takes: room for its sign bit, padded to eight (KMIP 2.1 §10.1.4). */
const lengthOf = (value: bigint): number => {
  const magnitude = value < 0n ? -value - 1n : value
  return Math.max(8, Math.ceil((bitLength(magnitude) + 1) / 64) * 8)
}

export const bigIntegerToBytes = (value: bigint): Bytes => {
  const length = lengthOf(value)
  return uintToBytes(BigInt.asUintN(length * 8, value), length)
}

export const bytesToBigInteger = (bytes: Bytes): bigint =>
  BigInt.asIntN(bytes.length * 8, bytesToUint(bytes))

/** Whether eight bytes fewer would not hold the same value. */
export const isMinimal = (bytes: Bytes): boolean => {
  if (bytes.length <= 8) return true
  const sign = bytes[0]
  if (sign !== 0 && sign !== 0xff) return true
  for (let index = 0; index < 8; index += 1) if (bytes[index] !== sign) return true
  return (bytes[8] as number) >> 7 !== (sign & 1)
}
