/** Reads Bitcoin's serialisation: little-endian integers, and bytes behind their length. */
import { type Bytes, bytesToUint } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

export type Reader = {
  readonly bytes: (length: number) => Bytes
  /** An unsigned integer of so many bytes. */
  readonly uint: (length: number) => bigint
  /** CompactSize: a count, or a length. */
  readonly size: () => number
  /** Bytes behind their CompactSize. */
  readonly sized: () => Bytes
  readonly isAtEnd: () => boolean
}

const longSizes: Readonly<Record<number, number>> = { 0xfd: 2, 0xfe: 4, 0xff: 8 }

/** Every method fails with `bad_transaction` where the bytes end before. */
export const reader = (untrusted: Bytes): Reader => {
  let at = 0
  const bytes = (length: number): Bytes => {
    if (at + length > untrusted.length) return fail('bad_transaction', 'the bytes end too early')
    at += length
    return untrusted.subarray(at - length, at)
  }
  const uint = (length: number): bigint => bytesToUint(bytes(length).toReversed())
  const size = (): number => {
    const first = Number(uint(1))
    const long = longSizes[first]
    return long === undefined ? first : Number(uint(long))
  }
  return { bytes, uint, size, sized: () => bytes(size()), isAtEnd: () => at === untrusted.length }
}
