/**
 * The heads of CBOR items (RFC 8949 §3), for frames that are read and written at every signature.
 * Only shortest forms and definite lengths below 2^32 are taken, as `fromCbor` takes them.
 */
import { type Bytes, fromUtf8 } from './bytes.ts'
import { fail } from './errors.ts'

/** Major types (RFC 8949 §3.1). */
export const cborMajor = { uint: 0, bytes: 2, text: 3, array: 4, map: 5 } as const
type Major = (typeof cborMajor)[keyof typeof cborMajor]

const malformed = (): never => fail('malformed', 'not CBOR of the expected form')

export const cborHeadBytesMax = 5

/** Writes a head and gives the offset behind it. The value is below 2^32. */
export const writeCborHead = (
  target: Bytes,
  offset: number,
  head: { readonly major: Major; readonly value: number },
): number => {
  const { major, value } = head
  const size = value < 24 ? 0 : value < 0x100 ? 1 : value < 0x1_0000 ? 2 : 4
  target[offset] = (major << 5) | (size === 0 ? value : size === 1 ? 24 : size === 2 ? 25 : 26)
  for (let index = 0; index < size; index += 1) {
    target[offset + size - index] = (value >>> (8 * index)) & 0xff
  }
  return offset + 1 + size
}

export type CborReader = {
  uint(): number
  /** A view of the frame. */
  bytes(): Bytes
  text(): string
  /** A text, or a view of the frame. */
  textOrBytes(): string | Bytes
  /** How many items follow. */
  array(): number
  /** How many pairs follow. */
  map(): number
  /** Refuses what stands behind. */
  end(): void
}

/** Every method throws `malformed` where another item stands. */
export const createCborReader = (untrusted: Bytes): CborReader => {
  let offset = 0
  const head = (major: Major): number => {
    const first = untrusted[offset]
    if (first === undefined || first >> 5 !== major) return malformed()
    const info = first & 31
    offset += 1
    if (info < 24) return info
    const size = info === 24 ? 1 : info === 25 ? 2 : info === 26 ? 4 : 0
    if (size === 0 || offset + size > untrusted.length) return malformed()
    let value = 0
    for (const end = offset + size; offset < end; offset += 1) {
      value = value * 256 + (untrusted[offset] as number)
    }
    const least = size === 1 ? 24 : size === 2 ? 0x100 : 0x1_0000
    return value < least ? malformed() : value
  }
  const take = (major: Major): Bytes => {
    const length = head(major)
    const end = offset + length
    if (end > untrusted.length) return malformed()
    const taken = untrusted.subarray(offset, end)
    offset = end
    return taken
  }
  const text = (): string => {
    try {
      return fromUtf8(take(cborMajor.text))
    } catch {
      return malformed()
    }
  }
  return {
    uint: () => head(cborMajor.uint),
    bytes: () => take(cborMajor.bytes),
    text,
    textOrBytes: () =>
      (untrusted[offset] ?? 0) >> 5 === cborMajor.text ? text() : take(cborMajor.bytes),
    array: () => head(cborMajor.array),
    map: () => head(cborMajor.map),
    end: () => {
      if (offset !== untrusted.length) malformed()
    },
  }
}
