/** RLP (Ethereum yellow paper, appendix B), strict: one encoding for each value. */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { rlpDepthMax } from '../limits.ts'

export type RlpItem = Bytes | readonly RlpItem[]

/** A list with the bytes of its items, so that a signed transaction can repeat them. */
export type RlpList = { readonly items: readonly RlpItem[]; readonly content: Bytes }

type Cursor = { readonly bytes: Bytes; offset: number }

const malformed = (): never => fail('bad_transaction', 'not canonical RLP')

/** The length behind a long header: no leading zero, more than 55, within four bytes. */
const longLength = (cursor: Cursor, size: number): number => {
  const { bytes, offset } = cursor
  if (size > 4 || offset + size > bytes.length || bytes[offset] === 0) return malformed()
  let length = 0
  for (let index = 0; index < size; index += 1) {
    length = length * 256 + (bytes[offset + index] as number)
  }
  cursor.offset = offset + size
  return length > 55 ? length : malformed()
}

const take = (cursor: Cursor, length: number): Bytes => {
  const end = cursor.offset + length
  if (end > cursor.bytes.length) return malformed()
  const taken = cursor.bytes.subarray(cursor.offset, end)
  cursor.offset = end
  return taken
}

const readString = (cursor: Cursor, first: number): Bytes => {
  if (first > 0xb7) return take(cursor, longLength(cursor, first - 0xb7))
  const taken = take(cursor, first - 0x80)
  return taken.length === 1 && (taken[0] as number) < 0x80 ? malformed() : taken
}

const readList = (cursor: Cursor, first: number): Bytes =>
  take(cursor, first > 0xf7 ? longLength(cursor, first - 0xf7) : first - 0xc0)

const readItems = (content: Bytes, depth: number): readonly RlpItem[] => {
  if (depth > rlpDepthMax) return fail('bad_transaction', 'RLP is nested too deeply')
  const cursor: Cursor = { bytes: content, offset: 0 }
  const items: RlpItem[] = []
  while (cursor.offset < content.length) {
    const first = content[cursor.offset] as number
    if (first < 0x80) {
      items.push(take(cursor, 1))
      continue
    }
    cursor.offset += 1
    items.push(
      first < 0xc0 ? readString(cursor, first) : readItems(readList(cursor, first), depth + 1),
    )
  }
  return items
}

/** Reads one list that fills the bytes; `bad_transaction` otherwise. */
export const decodeRlpList = (untrusted: Bytes): RlpList => {
  const first = untrusted[0]
  if (first === undefined || first < 0xc0) return malformed()
  const cursor: Cursor = { bytes: untrusted, offset: 1 }
  const content = readList(cursor, first)
  if (cursor.offset !== untrusted.length) return malformed()
  return { items: readItems(content, 1), content }
}

const header = (length: number, short: number): Bytes => {
  if (length <= 55) return Uint8Array.of(short + length)
  const size = length < 0x100 ? 1 : length < 0x1_0000 ? 2 : length < 0x100_0000 ? 3 : 4
  const bytes = new Uint8Array(1 + size)
  bytes[0] = short + 55 + size
  for (let index = 0; index < size; index += 1) {
    bytes[size - index] = Math.floor(length / 256 ** index) % 256
  }
  return bytes
}

export const encodeRlpString = (bytes: Bytes): Bytes =>
  bytes.length === 1 && (bytes[0] as number) < 0x80
    ? bytes
    : concat(header(bytes.length, 0x80), bytes)

/** An integer given as big-endian bytes: leading zeros go, zero is the empty string. */
export const encodeRlpUint = (bytes: Bytes): Bytes => {
  let start = 0
  while (start < bytes.length && bytes[start] === 0) start += 1
  return encodeRlpString(bytes.subarray(start))
}

/** A list of items that are encoded already, after an optional EIP-2718 type byte. */
export const encodeRlpList = (encoded: readonly Bytes[], type?: number): Bytes => {
  let length = 0
  for (const item of encoded) length += item.length
  const prefix = type === undefined ? [] : [Uint8Array.of(type)]
  return concat(...prefix, header(length, 0xc0), ...encoded)
}
