/**
 * Messages out of a byte stream: TTLV carries its own length. The length is judged from the
 * first eight bytes, before a byte of the message is kept.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { messageBytesMax } from '../limits.ts'
import { tagNumber } from '../names.ts'
import { headerBytes, padded } from './layout.ts'

const structureCode = 1

export type MessageTag = 'RequestMessage' | 'ResponseMessage'

const messageTags: readonly MessageTag[] = ['RequestMessage', 'ResponseMessage']

/** The first four bytes of a message, as a number. */
const headOf = (tag: MessageTag): number => ((tagNumber(tag) << 8) | structureCode) >>> 0

/** Whether the bytes begin as a request; what else they hold is not looked at. */
export const isRequestMessage = (message: Bytes): boolean =>
  message.length >= headerBytes &&
  new DataView(message.buffer, message.byteOffset, 4).getUint32(0) === headOf('RequestMessage')

/** Cuts a stream into messages. After a refusal the stream cannot be followed: close it. */
export class FrameReader {
  readonly #bytesMax: number
  readonly #heads: readonly number[]
  #buffer: Bytes = new Uint8Array(0)
  #buffered = 0
  #needed = headerBytes
  #broken = false

  constructor(options: {
    /** `Message` takes both: where each end may ask the other. */
    readonly expect: MessageTag | 'Message'
    readonly messageBytesMax?: number
  }) {
    const tags = options.expect === 'Message' ? messageTags : [options.expect]
    this.#heads = tags.map(headOf)
    this.#bytesMax = options.messageBytesMax ?? messageBytesMax
  }

  /** Bytes of a message that has begun and not ended: for timeouts of slow writers. */
  get buffered(): number {
    return this.#buffered
  }

  /** The messages that this chunk completes; `malformed` or `too_large` where one cannot be. */
  push(untrustedChunk: Bytes): Result<readonly Bytes[]> {
    if (this.#broken) return refuse('malformed', 'the stream is broken')
    const messages: Bytes[] = []
    let rest = untrustedChunk
    while (rest.length > 0) {
      rest = rest.subarray(this.#append(rest))
      if (this.#buffered < this.#needed) break
      if (this.#needed === headerBytes) {
        const length = this.#lengthOf(this.#buffer)
        if (!length.ok) {
          this.#broken = true
          return length
        }
        this.#needed = headerBytes + length.value
        if (length.value > 0) continue
      }
      messages.push(this.#buffer.slice(0, this.#needed))
      this.#buffered = 0
      this.#needed = headerBytes
      this.#buffer = new Uint8Array(0)
    }
    return accept(messages)
  }

  /** Copies what is still needed; room grows with what has come, never with what is declared. */
  #append(chunk: Bytes): number {
    const count = Math.min(chunk.length, this.#needed - this.#buffered)
    const size = this.#buffered + count
    if (size > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(this.#needed, Math.max(size, this.#buffer.length * 2)))
      larger.set(this.#buffer.subarray(0, this.#buffered))
      this.#buffer = larger
    }
    this.#buffer.set(chunk.subarray(0, count), this.#buffered)
    this.#buffered = size
    return count
  }

  #lengthOf(header: Bytes): Result<number> {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
    if (!this.#heads.includes(view.getUint32(0))) {
      return refuse('malformed', 'the stream does not carry KMIP messages')
    }
    const length = view.getUint32(4)
    if (length + headerBytes > this.#bytesMax) {
      return refuse('too_large', 'the message is longer than the limit')
    }
    if (length !== padded(length)) return refuse('malformed', 'a length is no multiple of eight')
    return accept(length)
  }
}
