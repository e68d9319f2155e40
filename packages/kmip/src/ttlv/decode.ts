/**
 * TTLV bytes to an item tree (KMIP 2.1 §10.1). One pass, no recursion: a declared length is
 * compared with what is there before anything is made of it.
 */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { type Budget, budget, type DecodeLimits } from '../decoding.ts'
import { bytesToBigInteger, isMinimal } from '../integers.ts'
import { type Item, type ItemType, itemTypes, type PrimitiveReaders, readWith } from '../item.ts'
import { headerBytes, padded } from './layout.ts'

type Header = { readonly tag: number; readonly type: ItemType; readonly length: number }

type Open = { readonly tag: number; readonly end: number; readonly items: Item[] }

const malformed = (detail: string, offset: number): never =>
  fail('malformed', detail, `byte ${offset}`)

const fixedLengths: Readonly<Partial<Record<ItemType, number>>> = {
  Integer: 4,
  LongInteger: 8,
  Enumeration: 4,
  Boolean: 8,
  DateTime: 8,
  Interval: 4,
  DateTimeExtended: 8,
}

const readHeader = (view: DataView, offset: number, end: number): Header => {
  if (end - offset < headerBytes) malformed('an item is cut off in its header', offset)
  const tag = view.getUint32(offset) >>> 8
  const prefix = tag >>> 16
  if (prefix !== 0x42 && prefix !== 0x54) malformed('a tag is in no range of KMIP', offset)
  const type = itemTypes[view.getUint8(offset + 3) - 1]
  const length = view.getUint32(offset + 4)
  if (type === undefined) return malformed('there is no such item type', offset)
  const fixed = fixedLengths[type]
  if (fixed !== undefined && length !== fixed) malformed('a length is not that of the type', offset)
  if ((type === 'Structure' || type === 'BigInteger') && length % 8 !== 0) {
    malformed('a length is not a multiple of eight', offset)
  }
  if (padded(length) > end - offset - headerBytes) {
    malformed('an item is longer than what holds it', offset)
  }
  return { tag, type, length }
}

const checkPadding = (bytes: Bytes, from: number, to: number): void => {
  for (let offset = from; offset < to; offset += 1) {
    if (bytes[offset] !== 0) malformed('padding is not zero', offset)
  }
}

const readBoolean = (view: DataView, offset: number): boolean => {
  const value = view.getBigUint64(offset)
  return value <= 1n ? value === 1n : malformed('a boolean is neither true nor false', offset)
}

/** Up to here the letters of ASCII are read one by one, which is faster than a decoder. */
const shortText = 64

const readAscii = (bytes: Bytes): string | undefined => {
  if (bytes.length > shortText) return undefined
  let text = ''
  for (const byte of bytes) {
    if (byte > 0x7f) return undefined
    text += String.fromCharCode(byte)
  }
  return text
}

const readText = (bytes: Bytes, offset: number): string => {
  const ascii = readAscii(bytes)
  if (ascii !== undefined) return ascii
  try {
    return fromUtf8(bytes)
  } catch {
    return malformed('a text is not UTF-8', offset)
  }
}

const readBigInteger = (bytes: Bytes, offset: number): bigint => {
  if (bytes.length === 0) malformed('a big integer is empty', offset)
  if (!isMinimal(bytes)) malformed('a big integer is longer than it must be', offset)
  return bytesToBigInteger(bytes)
}

type Source = { readonly bytes: Bytes; readonly view: DataView }

const readInt64 = ({ view }: Source, offset: number): bigint => view.getBigInt64(offset)
const readUint32 = ({ view }: Source, offset: number): number => view.getUint32(offset)

const readers: PrimitiveReaders<readonly [source: Source, offset: number, length: number]> = {
  Integer: ({ view }, offset) => view.getInt32(offset),
  LongInteger: readInt64,
  BigInteger: ({ bytes }, offset, length) =>
    readBigInteger(bytes.subarray(offset, offset + length), offset),
  Enumeration: readUint32,
  Boolean: ({ view }, offset) => readBoolean(view, offset),
  TextString: ({ bytes }, offset, length) =>
    readText(bytes.subarray(offset, offset + length), offset),
  ByteString: ({ bytes }, offset, length) => bytes.slice(offset, offset + length),
  DateTime: readInt64,
  Interval: readUint32,
  DateTimeExtended: readInt64,
}

const readTree = (bytes: Bytes, { spendItem, checkDepth }: Budget): Item => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const source: Source = { bytes, view }
  const root: Item[] = []
  const open: Open[] = [{ tag: 0, end: bytes.length, items: root }]
  let offset = 0
  for (;;) {
    const current = open.at(-1) as Open
    if (offset === current.end) {
      if (open.length === 1) return root[0] ?? malformed('there is no item', 0)
      open.pop()
      open.at(-1)?.items.push({ tag: current.tag, type: 'Structure', value: current.items })
      continue
    }
    if (open.length === 1 && root.length === 1) malformed('bytes follow the message', offset)
    const header = readHeader(view, offset, current.end)
    spendItem()
    offset += headerBytes
    if (header.type === 'Structure') {
      checkDepth(open.length)
      open.push({ tag: header.tag, end: offset + header.length, items: [] })
      continue
    }
    const { tag, type, length } = header
    current.items.push(readWith(readers, tag, type, source, offset, length))
    checkPadding(bytes, offset + length, offset + padded(length))
    offset += padded(length)
  }
}

/**
 * The item tree of one TTLV message. `malformed` where the bytes are not exactly one item;
 * `too_large` where it exceeds a limit. Byte strings are copies.
 */
export const decodeTtlv = (untrusted: Bytes, limits: DecodeLimits = {}): Result<Item> =>
  attempt(() => readTree(untrusted, budget(untrusted.length, limits)))
