/** Reads ABI-encoded arguments in their one canonical form (contract ABI specification, v0.8). */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

export type AbiReader = {
  /** 20 bytes. */
  address(): Bytes
  uint(): bigint
  bool(): boolean
  bytes(): Bytes
  uints(): readonly bigint[]
  /** Refuses bytes behind the last argument. */
  end(): void
}

const wordBytes = 32

const notCanonical = (): never => fail('bad_transaction', 'the arguments are not canonical')

const isZero = (bytes: Bytes): boolean => bytes.every((byte) => byte === 0)

/** `headWords` is the number of arguments; tails must follow each other without gaps. */
export const abiReader = (untrusted: Bytes, headWords: number): AbiReader => {
  let head = 0
  let tail = headWords * wordBytes
  if (untrusted.length < tail) return notCanonical()

  const wordAt = (offset: number): Bytes =>
    offset + wordBytes <= untrusted.length
      ? untrusted.subarray(offset, offset + wordBytes)
      : notCanonical()
  const next = (): Bytes => {
    const word = wordAt(head)
    head += wordBytes
    return word
  }
  const toUint = (word: Bytes): bigint => BigInt(`0x${toHex(word)}`)
  /** The length that begins the next tail; moves behind it. */
  const enterTail = (): number => {
    if (toUint(next()) !== BigInt(tail)) return notCanonical()
    const length = toUint(wordAt(tail))
    tail += wordBytes
    return length <= BigInt(untrusted.length) ? Number(length) : notCanonical()
  }

  return {
    address: () => {
      const word = next()
      return isZero(word.subarray(0, 12)) ? word.subarray(12) : notCanonical()
    },
    uint: () => toUint(next()),
    bool: () => {
      const value = toUint(next())
      return value <= 1n ? value === 1n : notCanonical()
    },
    bytes: () => {
      const length = enterTail()
      const end = tail + Math.ceil(length / wordBytes) * wordBytes
      const bytes = untrusted.subarray(tail, tail + length)
      if (end > untrusted.length || !isZero(untrusted.subarray(tail + length, end))) {
        return notCanonical()
      }
      tail = end
      return bytes
    },
    uints: () => {
      const length = enterTail()
      const values: bigint[] = []
      for (let index = 0; index < length; index += 1) {
        values.push(toUint(wordAt(tail)))
        tail += wordBytes
      }
      return values
    },
    end: () => {
      if (tail !== untrusted.length) notCanonical()
    },
  }
}
