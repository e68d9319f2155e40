/** Which operations a request in TTLV asks for, by a look at its bytes: nothing else is read. */
import type { Bytes } from '@holdfast/base/bytes'
import { itemCodes } from '../item.ts'
import { tagNumber } from '../names.ts'
import { headerBytes, padded } from './layout.ts'

type Part = { readonly tag: number; readonly type: number; readonly content: Bytes }

/** The parts of a structure; undefined where a length is wrong. */
const partsOf = (content: Bytes, partsMax: number): readonly Part[] | undefined => {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  const parts: Part[] = []
  for (let at = 0; at < content.length; ) {
    if (at + headerBytes > content.length || parts.length === partsMax) return undefined
    const length = view.getUint32(at + 4)
    const end = at + headerBytes + padded(length)
    if (end > content.length) return undefined
    const first = view.getUint32(at)
    const start = at + headerBytes
    parts.push({
      tag: first >>> 8,
      type: first & 0xff,
      content: content.subarray(start, start + length),
    })
    at = end
  }
  return parts
}

const partsMax = 64

/**
 * Codes of the operations (KMIP 2.1 §11.37), one for each batch item; undefined where the bytes
 * are no request that is simple to look at. What it says is a hint: only decoding says that a
 * message is whole.
 */
export const peekOperations = (untrusted: Bytes): readonly number[] | undefined => {
  const [message, ...others] = partsOf(untrusted, 1) ?? []
  if (message?.tag !== tagNumber('RequestMessage') || others.length > 0) return undefined
  const items = partsOf(message.content, partsMax)?.filter(
    ({ tag }) => tag === tagNumber('BatchItem'),
  )
  const codes = items?.map(({ content }) => {
    const operation = partsOf(content, partsMax)?.find(({ tag }) => tag === tagNumber('Operation'))
    const isCode = operation?.type === itemCodes.Enumeration && operation.content.length === 4
    const bytes = isCode ? operation.content : undefined
    return bytes && new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0)
  })
  return codes?.every((code) => code !== undefined) === true ? codes : undefined
}
