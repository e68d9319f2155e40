/**
 * Frames of a mesh link: length (4 bytes, of what follows), type (1), number (4), payload; numbers
 * big-endian. A number pairs an answer with its question, each side counting its own.
 */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { assert, fail } from '@holdfast/base/errors'
import { meshFrameBytesMax } from '@holdfast/base/limits'
import { frameCopyBytesMax } from '../limits.ts'

export const frameTypes = { ask: 0, answer: 1, ping: 2, pong: 3, busy: 4, failed: 5 } as const
export type FrameType = keyof typeof frameTypes

const typeNames = Object.keys(frameTypes) as FrameType[]
const lengthBytes = 4
const headBytes = 5
export const meshPayloadBytesMax = meshFrameBytesMax - lengthBytes - headBytes

export type Frame = {
  readonly type: FrameType
  readonly number: number
  readonly payload: Bytes
}

export const noPayload: Bytes = utf8('')

/** The buffers of one frame, to be written in order: small ones as one. */
export const encodeFrame = (frame: Frame): readonly Buffer[] => {
  const { payload } = frame
  assert(payload.length <= meshPayloadBytesMax, 'a frame is within its limit')
  const joined = payload.length <= frameCopyBytesMax
  const head = Buffer.allocUnsafe(lengthBytes + headBytes + (joined ? payload.length : 0))
  head.writeUInt32BE(headBytes + payload.length, 0)
  head.writeUInt8(frameTypes[frame.type], lengthBytes)
  head.writeUInt32BE(frame.number, lengthBytes + 1)
  if (joined) head.set(payload, lengthBytes + headBytes)
  if (joined) return [head]
  return [head, Buffer.from(payload.buffer, payload.byteOffset, payload.length)]
}

const decodeFrame = (bytes: Buffer): Frame => {
  const type = typeNames[bytes.readUInt8(0)]
  if (type === undefined) return fail('malformed', 'there is no such type of frame')
  // A copy, so that what is kept of it does not keep the whole read buffer.
  return { type, number: bytes.readUInt32BE(1), payload: new Uint8Array(bytes.subarray(headBytes)) }
}

export type FrameReader = {
  /** Whole frames of a part of the stream; throws a `RefusalError` for what is none. */
  push(part: Buffer): Frame[]
  /** Whether a frame has begun and not ended. */
  partial(): boolean
}

/** Reads frames from a stream cut anywhere; holds at most one frame and the part that came last. */
export const createFrameReader = (): FrameReader => {
  let held: Buffer[] = []
  let heldBytes = 0
  let needed = lengthBytes

  const lengthAt = (data: Buffer, offset: number): number => {
    const length = data.readUInt32BE(offset)
    if (length < headBytes) fail('malformed', 'a frame is shorter than its head')
    if (length > meshFrameBytesMax - lengthBytes)
      fail('too_large', 'a frame is larger than the limit')
    return length
  }

  return {
    push: (part) => {
      held.push(part)
      heldBytes += part.length
      if (heldBytes < needed) return []
      const data = held.length === 1 ? part : Buffer.concat(held, heldBytes)
      const frames: Frame[] = []
      let offset = 0
      needed = lengthBytes
      while (data.length - offset >= lengthBytes) {
        const length = lengthAt(data, offset)
        const end = offset + lengthBytes + length
        if (end > data.length) {
          needed = lengthBytes + length
          break
        }
        frames.push(decodeFrame(data.subarray(offset + lengthBytes, end)))
        offset = end
      }
      held = offset === data.length ? [] : [data.subarray(offset)]
      heldBytes = data.length - offset
      return frames
    },
    partial: () => heldBytes > 0,
  }
}
