/** Little-endian integers and lengths of Bitcoin's serialisation. */
import { type Bytes, concat } from '@holdfast/base/bytes'

export const uint32 = (value: number): Bytes => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

export const uint64 = (value: bigint): Bytes => {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value, true)
  return bytes
}

/** CompactSize; the lengths here are below 2³². */
export const compactSize = (value: number): Bytes => {
  if (value < 0xfd) return Uint8Array.of(value)
  if (value <= 0xffff) return concat(Uint8Array.of(0xfd), uint32(value).subarray(0, 2))
  return concat(Uint8Array.of(0xfe), uint32(value))
}

export const withLength = (bytes: Bytes): Bytes => concat(compactSize(bytes.length), bytes)
