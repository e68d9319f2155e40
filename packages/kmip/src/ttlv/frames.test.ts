import { concat } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../item.ts'
import { encodeTtlv } from './encode.ts'
import { FrameReader } from './frames.ts'

const request = (text: string): Uint8Array =>
  encodeTtlv({
    tag: 0x420078,
    type: 'Structure',
    value: [{ tag: 0x4200fd, type: 'TextString', value: text }] as Item[],
  })

const all = (reader: FrameReader, chunks: readonly Uint8Array[]): readonly Uint8Array[] =>
  chunks.flatMap((chunk) => {
    const result = reader.push(chunk)
    if (!result.ok) throw new Error(result.refusal.code)
    return result.value
  })

describe('FrameReader', () => {
  it('finds the messages of a stream however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 60 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 20 }),
        (texts, sizes) => {
          const messages = texts.map(request)
          const stream = concat(...messages)
          const chunks: Uint8Array[] = []
          for (let offset = 0, turn = 0; offset < stream.length; turn += 1) {
            const size = sizes[turn % sizes.length]!
            chunks.push(stream.subarray(offset, offset + size))
            offset += size
          }
          const reader = new FrameReader({ expect: 'RequestMessage' })
          expect(all(reader, chunks)).toEqual(messages)
          expect(reader.buffered).toBe(0)
        },
      ),
    )
  })

  it('refuses a stream of something else at its eighth byte', () => {
    const reader = new FrameReader({ expect: 'RequestMessage' })
    expect(reader.push(new TextEncoder().encode('GET / H')).ok).toBe(true)
    expect(reader.push(new TextEncoder().encode('T'))).toMatchObject({
      refusal: { code: 'malformed' },
    })
    expect(reader.push(request('later'))).toMatchObject({ refusal: { code: 'malformed' } })
  })

  it('refuses a declared length beyond the limit before the message comes', () => {
    const header = new Uint8Array([0x42, 0, 0x78, 1, 0x7f, 0xff, 0xff, 0xf8])
    const reader = new FrameReader({ expect: 'RequestMessage' })
    expect(reader.push(header)).toMatchObject({ refusal: { code: 'too_large' } })
  })

  it('takes a message of exactly the limit', () => {
    const message = request('x'.repeat(100))
    const options = { expect: 'RequestMessage' } as const
    const exact = new FrameReader({ ...options, messageBytesMax: message.length })
    expect(all(exact, [message])).toEqual([message])
    const short = new FrameReader({ ...options, messageBytesMax: message.length - 1 })
    expect(short.push(message)).toMatchObject({ refusal: { code: 'too_large' } })
  })

  it('copies, so that a caller may use its buffer again', () => {
    const reader = new FrameReader({ expect: 'RequestMessage' })
    const chunk = request('kept')
    const half = chunk.slice(0, 20)
    reader.push(half)
    half.fill(0)
    expect(all(reader, [chunk.slice(20)])).toEqual([chunk])
  })
})
