import { meshFrameBytesMax } from '@holdfast/base/limits'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameReader, encodeFrame, type Frame, type FrameType, frameTypes } from './frame.ts'

const frame = fc.record({
  type: fc.constantFrom(...(Object.keys(frameTypes) as FrameType[])),
  number: fc.nat({ max: 0xffffffff }),
  payload: fc.uint8Array({ maxLength: 6000 }),
})

const stream = (frames: readonly Frame[]): Buffer =>
  Buffer.concat(frames.flatMap((entry) => encodeFrame(entry)))

describe('mesh frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 6 }), fc.array(fc.nat()), (frames, cuts) => {
        const bytes = stream(frames)
        const offsets = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b)
        const reader = createFrameReader()
        const read: Frame[] = []
        let from = 0
        for (const to of [...offsets, bytes.length]) {
          read.push(...reader.push(bytes.subarray(from, to)))
          from = to
        }
        expect(read).toEqual(frames)
        expect(reader.partial()).toBe(false)
      }),
      { numRuns: 200 },
    )
  })

  it('never reads bytes of any kind as more than they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const read = createFrameReader().push(Buffer.from(bytes))
          expect(stream(read).length).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect((error as Error).name).toBe('RefusalError')
        }
      }),
    )
  })

  it('refuses a frame over the limit as soon as its length is read', () => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(meshFrameBytesMax - 3)
    expect(() => createFrameReader().push(head)).toThrow('too_large')
    head.writeUInt32BE(meshFrameBytesMax - 4)
    expect(createFrameReader().push(head)).toEqual([])
  })

  it('refuses a frame without a head and one of an unknown type', () => {
    expect(() => createFrameReader().push(Buffer.from('00000004', 'hex'))).toThrow('malformed')
    expect(() => createFrameReader().push(Buffer.from('000000050900000001', 'hex'))).toThrow(
      'malformed',
    )
  })

  it('gives payloads that do not share the read buffer', () => {
    const bytes = stream([{ type: 'ask', number: 1, payload: Uint8Array.of(1, 2) }])
    const [read] = createFrameReader().push(bytes)
    bytes.fill(0)
    expect(read?.payload).toEqual(Uint8Array.of(1, 2))
    expect(Buffer.isBuffer(read?.payload)).toBe(false)
  })
})
