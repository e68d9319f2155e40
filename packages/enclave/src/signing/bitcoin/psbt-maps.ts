/** The framing of a PSBT (BIP-174 §Specification): how many maps the bytes hold. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

const magic = [0x70, 0x73, 0x62, 0x74, 0xff]

const malformed = (): never => fail('bad_transaction', 'not a well-formed PSBT', 'psbt')

type Cursor = { readonly bytes: Bytes; offset: number }

/** CompactSize; a length of eight bytes is beyond any request. */
const readLength = (cursor: Cursor): number => {
  const { bytes, offset } = cursor
  const first = bytes[offset] ?? malformed()
  const size = first < 0xfd ? 0 : first === 0xfd ? 2 : first === 0xfe ? 4 : malformed()
  if (offset + 1 + size > bytes.length) return malformed()
  cursor.offset = offset + 1 + size
  let length = size === 0 ? first : 0
  for (let index = size; index > 0; index -= 1) {
    length = length * 256 + (bytes[offset + index] as number)
  }
  return length
}

/**
 * Counts the maps: one global, one for each input and each output. The library pairs what it needs
 * and overlooks a map too many, which another signer might read.
 */
export const countPsbtMaps = (untrusted: Bytes): number => {
  if (magic.some((byte, index) => untrusted[index] !== byte)) return malformed()
  const cursor: Cursor = { bytes: untrusted, offset: magic.length }
  let maps = 0
  while (cursor.offset < untrusted.length) {
    const keyLength = readLength(cursor)
    if (keyLength === 0) {
      maps += 1
      continue
    }
    cursor.offset += keyLength
    const valueLength = readLength(cursor)
    cursor.offset += valueLength
  }
  return cursor.offset === untrusted.length ? maps : malformed()
}
