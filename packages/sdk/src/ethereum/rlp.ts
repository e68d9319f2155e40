/** Recursive length prefix (Ethereum Yellow Paper, appendix B), strict when reading. */
import { type Bytes, bytesToUint, concat, fromHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'

export type Rlp = Bytes | readonly Rlp[]

const lengthBytes = (length: number): Bytes => {
  const text = length.toString(16)
  return fromHex(text.length % 2 === 0 ? text : `0${text}`)
}

const withHead = (offset: 0x80 | 0xc0, body: Bytes): Bytes => {
  if (body.length < 56) return concat(Uint8Array.of(offset + body.length), body)
  const length = lengthBytes(body.length)
  return concat(Uint8Array.of(offset + 55 + length.length), length, body)
}

export const encodeRlp = (value: Rlp): Bytes => {
  if (!(value instanceof Uint8Array)) return withHead(0xc0, concat(...value.map(encodeRlp)))
  return value.length === 1 && (value[0] as number) < 0x80 ? value : withHead(0x80, value)
}

/** An integer as its shortest bytes; zero is empty. */
export const rlpInteger = (value: bigint): Bytes =>
  value === 0n ? new Uint8Array(0) : fromHex(evenHex(value.toString(16)))

const evenHex = (text: string): string => (text.length % 2 === 0 ? text : `0${text}`)

const malformed = (): never => fail('bad_transaction', 'not recursive length prefix encoding')

type Item = { readonly value: Rlp; readonly end: number }

const lengthOf = (bytes: Bytes, at: number, short: number): { length: number; start: number } => {
  if (short < 56) return { length: short, start: at + 1 }
  const start = at + 1 + short - 55
  if (start > bytes.length || bytes[at + 1] === 0 || short > 59) return malformed()
  const length = Number(bytesToUint(bytes.subarray(at + 1, start)))
  return length < 56 ? malformed() : { length, start }
}

const readItem = (bytes: Bytes, at: number, depth: number): Item => {
  const head = bytes[at]
  if (head === undefined || depth > depthMax) return malformed()
  if (head < 0x80) return { value: bytes.slice(at, at + 1), end: at + 1 }
  const isList = head >= 0xc0
  const { length, start } = lengthOf(bytes, at, head - (isList ? 0xc0 : 0x80))
  const end = start + length
  if (end > bytes.length) return malformed()
  if (!isList) {
    const single = length === 1 && (bytes[start] as number) < 0x80
    return single ? malformed() : { value: bytes.slice(start, end), end }
  }
  const items: Rlp[] = []
  for (let next = start; next < end; ) {
    const item = readItem(bytes.subarray(0, end), next, depth + 1)
    items.push(item.value)
    next = item.end
  }
  return { value: items, end }
}

const depthMax = 16

/** One value and nothing behind it; `bad_transaction` otherwise. */
export const decodeRlp = (bytes: Bytes): Rlp => {
  const { value, end } = readItem(bytes, 0, 0)
  return end === bytes.length ? value : malformed()
}
