/**
 * CBOR maps of texts and bytes, the same bytes as `toCbor` gives, for values that are secret. A
 * general encoder gathers its output in buffers of its own, a general decoder copies every byte
 * string: those copies nobody could erase. Here one buffer is written, and views of it are read.
 */
import type { z } from 'zod'
import { type Bytes, utf8 } from './bytes.ts'
import { cborHeadBytesMax, cborMajor, createCborReader, writeCborHead } from './cbor-head.ts'
import { fail } from './errors.ts'
import { parseValue } from './schema.ts'

/**
 * Zeros outside of the engine's own heap, where the collector would move short arrays and leave
 * their content behind.
 */
export const outsideHeap = (length: number): Bytes => new Uint8Array(new ArrayBuffer(length))

/** RFC 7049 §3.9: shorter keys first, then in byte order; keys are ASCII. */
const inOrder = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left.length - right.length || (left < right ? -1 : 1)

/** The caller erases what this gives. Undefined fields are left out. */
export const encodeSecretMap = (
  fields: Readonly<Record<string, string | Bytes | undefined>>,
): Bytes => {
  const entries = Object.entries(fields)
    .flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))
    .toSorted(inOrder)
  const items = entries.flatMap(([key, value]) => [
    { major: cborMajor.text, content: utf8(key) },
    typeof value === 'string'
      ? { major: cborMajor.text, content: utf8(value) }
      : { major: cborMajor.bytes, content: value },
  ])
  const length = items.reduce((sum, { content }) => sum + cborHeadBytesMax + content.length, 0)
  const buffer = outsideHeap(cborHeadBytesMax + length)
  let offset = writeCborHead(buffer, 0, { major: cborMajor.map, value: entries.length })
  for (const { major, content } of items) {
    offset = writeCborHead(buffer, offset, { major, value: content.length })
    buffer.set(content, offset)
    offset += content.length
  }
  return buffer.subarray(0, offset)
}

/** Checked by a schema; byte strings are views of `untrusted`. `malformed` or `invalid_field`. */
export const parseSecretMap = <Value>(schema: z.ZodType<Value>, untrusted: Bytes): Value => {
  const reader = createCborReader(untrusted)
  const fields = new Map<string, string | Bytes>()
  for (let left = reader.map(); left > 0; left -= 1) {
    const key = reader.text()
    if (fields.has(key)) fail('malformed', 'a key stands twice')
    fields.set(key, reader.textOrBytes())
  }
  reader.end()
  return parseValue(schema, Object.fromEntries(fields))
}
