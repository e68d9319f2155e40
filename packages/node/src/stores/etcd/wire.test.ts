import { fromHex, toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bool, bytes, int64, many, message, one, uint64 } from './message.ts'
import { createWireReader, createWireWriter } from './wire.ts'

const inner = message({ a: int64(1) })
const sample = message({
  number: int64(1),
  unsigned: uint64(2),
  flag: bool(3),
  data: bytes(4),
  single: one(5, inner),
  list: many(6, inner),
})
const codeOf = (hex: string): string => {
  const result = attempt(() => sample.decode(fromHex(hex)))
  return result.ok ? 'accepted' : result.refusal.code
}

describe('the wire format of Protocol Buffers', () => {
  it('is that of the examples of its documentation', () => {
    // protobuf.dev/programming-guides/encoding: "A Simple Message", "Submessages", "Strings".
    expect(toHex(sample.encode({ number: 150n }))).toBe('089601')
    expect(toHex(message({ c: one(3, inner) }).encode({ c: { a: 150n } }))).toBe('1a03089601')
    const text = message({ b: bytes(2) }).encode({ b: new TextEncoder().encode('testing') })
    expect(toHex(text)).toBe('120774657374696e67')
    expect(toHex(sample.encode({ number: -2n }))).toBe('08feffffffffffffffff01')
  })

  it('gives every number of 64 bits back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const writer = createWireWriter()
        writer.varint(value)
        const reader = createWireReader(writer.finish())
        expect(reader.varint()).toBe(value)
        expect(reader.ended()).toBe(true)
      }),
    )
  })

  it('passes over fields that it does not know', () => {
    const unknown = ['3801', '3a0101', '3d01020304', '390102030405060708', 'f8ffffff0f01']
    for (const field of unknown) {
      expect(sample.decode(fromHex(`0801${field}1801`))).toMatchObject({ number: 1n, flag: true })
    }
  })

  it('refuses what ends early, has another type or no meaning', () => {
    const wrong = {
      'a varint without an end': '08ff',
      'a varint of eleven bytes': '08ffffffffffffffffffff01',
      'a varint above 64 bits': '08ffffffffffffffffff7f',
      'a length beyond the end': '220501',
      'a length of 2^63': '22ffffffffffffffff7f',
      'a tag alone': '22',
      'field 0': '0001',
      'a group': '0b0c',
      'wire type 6': '0e',
      'a field number above 2^29': '808080808010',
      'bytes for a number': '0a0101',
      'a number for bytes': '2001',
      'a fault within': '2a0108',
      'fixed bytes that end early': '3d0102',
    }
    for (const [name, hex] of Object.entries(wrong))
      expect([name, codeOf(hex)]).toEqual([name, 'malformed'])
  })

  it('never throws anything but a refusal, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (untrusted) => {
        attempt(() => sample.decode(untrusted))
      }),
      { numRuns: 2000 },
    )
  })

  it('gives bytes that are not those of the message', () => {
    const encoded = sample.encode({ data: Uint8Array.of(1, 2, 3), list: [{ a: 1n }, {}] })
    const decoded = sample.decode(encoded)
    encoded.fill(0)
    expect(decoded.data).toEqual(Uint8Array.of(1, 2, 3))
    expect(decoded.list).toEqual([{ a: 1n }, { a: 0n }])
    expect(sample.decode(new Uint8Array(0)).list).toEqual([])
  })
})
