import { fromHex, toHex } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../item.ts'
import { arbitraryItem } from '../testing/arbitrary-items.ts'
import { decodeTtlv } from './decode.ts'
import { encodeTtlv } from './encode.ts'

const bytes = (text: string): Uint8Array => fromHex(text.replaceAll(/[ |]/g, ''))

/** The examples of KMIP 1.4 §9.1.2 and KMIP 2.1. */
const examples: readonly (readonly [string, Omit<Item, 'tag'>])[] = [
  ['42 00 20 | 02 | 00 00 00 04 | 00 00 00 08 00 00 00 00', { type: 'Integer', value: 8 }],
  [
    '42 00 20 | 03 | 00 00 00 08 | 01 B6 9B 4B A5 74 92 00',
    { type: 'LongInteger', value: 123_456_789_000_000_000n },
  ],
  [
    '42 00 20 | 04 | 00 00 00 10 | 00 00 00 00 03 FD 35 EB 6B C2 DF 46 18 08 00 00',
    { type: 'BigInteger', value: 1_234_567_890_000_000_000_000_000_000n },
  ],
  ['42 00 20 | 05 | 00 00 00 04 | 00 00 00 FF 00 00 00 00', { type: 'Enumeration', value: 255 }],
  ['42 00 20 | 06 | 00 00 00 08 | 00 00 00 00 00 00 00 01', { type: 'Boolean', value: true }],
  [
    '42 00 20 | 07 | 00 00 00 0B | 48 65 6C 6C 6F 20 57 6F 72 6C 64 00 00 00 00 00',
    { type: 'TextString', value: 'Hello World' },
  ],
  [
    '42 00 20 | 08 | 00 00 00 03 | 01 02 03 00 00 00 00 00',
    { type: 'ByteString', value: new Uint8Array([1, 2, 3]) },
  ],
  [
    '42 00 20 | 09 | 00 00 00 08 | 00 00 00 00 47 DA 67 F8',
    { type: 'DateTime', value: 1_205_495_800n },
  ],
  ['42 00 20 | 0A | 00 00 00 04 | 00 0D 2F 00 00 00 00 00', { type: 'Interval', value: 864_000 }],
]

const codeOf = (text: string, limits = {}): string => {
  const result = decodeTtlv(bytes(text), limits)
  return result.ok ? 'accepted' : result.refusal.code
}

const nested = (depth: number): Item => {
  let item: Item = { tag: 0x420008, type: 'Structure', value: [] }
  for (let level = 1; level < depth; level += 1) {
    item = { tag: 0x420008, type: 'Structure', value: [item] }
  }
  return item
}

/** Structures written by hand, so that depths are reached that the encoder refuses. */
const nestedBytes = (depth: number): Uint8Array => {
  const result = new Uint8Array(depth * 8)
  const view = new DataView(result.buffer)
  for (let level = 0; level < depth; level += 1) {
    view.setUint32(level * 8, 0x42000801)
    view.setUint32(level * 8 + 4, (depth - level - 1) * 8)
  }
  return result
}

describe('TTLV', () => {
  it('reads and writes the examples of the specification', () => {
    for (const [text, expected] of examples) {
      const item = { tag: 0x420020, ...expected } as Item
      expect(decodeTtlv(bytes(text))).toEqual({ ok: true, value: item })
      expect(toHex(encodeTtlv(item))).toBe(toHex(bytes(text)))
    }
  })

  it('refuses bytes after the message', () => {
    expect(codeOf('420020 02 00000004 0000000800000000 00')).toBe('malformed')
    expect(codeOf('420020 02 00000004 0000000800000000 420020 02 00000004 0000000800000000')).toBe(
      'malformed',
    )
  })

  it('refuses an empty message and every cut of a message', () => {
    expect(codeOf('')).toBe('malformed')
    const whole = encodeTtlv(nested(3))
    for (let length = 0; length < whole.length; length += 1) {
      expect(decodeTtlv(whole.subarray(0, length)).ok).toBe(false)
    }
  })

  it('refuses a length that is not that of the type', () => {
    expect(codeOf('420020 02 00000008 0000000000000008')).toBe('malformed')
    expect(codeOf('420020 03 00000004 0000000800000000')).toBe('malformed')
    expect(codeOf('420020 06 00000004 0000000100000000')).toBe('malformed')
    expect(codeOf('420020 01 00000004 0000000000000000')).toBe('malformed')
    expect(codeOf('420020 04 00000004 0000000000000000')).toBe('malformed')
  })

  it('refuses a length beyond the message before it allocates', () => {
    expect(codeOf('420020 08 FFFFFFFF 0102030000000000')).toBe('malformed')
    expect(codeOf('420020 01 7FFFFFF8 420020 02 00000004 0000000800000000')).toBe('malformed')
  })

  it('refuses an item longer than the structure that holds it', () => {
    expect(codeOf('420008 01 00000008 420020 02 00000004 0000000800000000')).toBe('malformed')
  })

  it('refuses padding that is not zero', () => {
    expect(codeOf('420020 02 00000004 0000000800000001')).toBe('malformed')
    expect(codeOf('420020 08 00000003 0102030000000100')).toBe('malformed')
  })

  it('refuses booleans other than zero and one', () => {
    expect(codeOf('420020 06 00000008 0000000000000002')).toBe('malformed')
    expect(codeOf('420020 06 00000008 0100000000000001')).toBe('malformed')
  })

  it('refuses text that is not UTF-8', () => {
    for (const text of ['C0AF000000000000', 'EDA0800000000000', 'F8888080800000']) {
      expect(codeOf(`420020 07 00000003 ${text.padEnd(16, '0')}`)).toBe('malformed')
    }
  })

  it('refuses big integers that are empty or longer than they must be', () => {
    expect(codeOf('420020 04 00000000')).toBe('malformed')
    expect(codeOf('420020 04 00000010 00000000000000000000000000000001')).toBe('malformed')
    expect(codeOf('420020 04 00000010 FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF')).toBe('malformed')
    expect(codeOf('420020 04 00000010 00000000000000008000000000000000')).toBe('accepted')
  })

  it('refuses types and tags that are not of KMIP', () => {
    expect(codeOf('420020 00 00000000')).toBe('malformed')
    expect(codeOf('420020 0C 00000008 0000000000000000')).toBe('malformed')
    expect(codeOf('430020 02 00000004 0000000800000000')).toBe('malformed')
  })

  it('refuses structures deeper than 64', () => {
    expect(decodeTtlv(nestedBytes(64)).ok).toBe(true)
    expect(decodeTtlv(nestedBytes(65))).toMatchObject({ refusal: { code: 'too_large' } })
    expect(decodeTtlv(nestedBytes(100_000))).toMatchObject({ refusal: { code: 'too_large' } })
    expect(() => encodeTtlv(nested(65))).toThrow('too_large')
  })

  it('refuses messages of too many bytes or items', () => {
    const [text] = examples[0]!
    expect(codeOf(text, { messageBytesMax: 15 })).toBe('too_large')
    expect(codeOf(text, { itemsMax: 0 })).toBe('too_large')
    const empty = { tag: 0x420008, type: 'Structure', value: [] } as const
    const many = encodeTtlv({ ...empty, value: Array.from({ length: 70_000 }, () => empty) })
    expect(decodeTtlv(many)).toMatchObject({ refusal: { code: 'too_large' } })
  })

  it('keeps no reference to the bytes that it read', () => {
    const source = bytes('420020 08 00000003 0102030000000000')
    const result = decodeTtlv(source)
    source.fill(0xff)
    expect(result).toMatchObject({ value: { value: new Uint8Array([1, 2, 3]) } })
  })

  it('reads back every tree that it writes', () => {
    fc.assert(
      fc.property(arbitraryItem, (item) => {
        expect(decodeTtlv(encodeTtlv(item))).toEqual({ ok: true, value: item })
      }),
    )
  })

  it('writes back exactly what it accepted, whatever the bytes', () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(arbitraryItem, fc.array(change, { maxLength: 4 }), (item, changes) => {
        const hostile = encodeTtlv(item)
        for (const { at, to } of changes) hostile[at % hostile.length] = to
        const result = decodeTtlv(hostile)
        if (result.ok) expect(toHex(encodeTtlv(result.value))).toBe(toHex(hostile))
      }),
      { numRuns: 2000 },
    )
  })

  it('survives arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (hostile) => {
        expect(decodeTtlv(hostile).ok).toBeTypeOf('boolean')
      }),
      { numRuns: 1000 },
    )
  })
})

describe('short and long texts', () => {
  it('are read and written alike, whatever letters they have', () => {
    const texts = ['', 'a', 'é', 'aé', `${'a'.repeat(63)}é`, 'a'.repeat(64), 'a'.repeat(65), '\0']
    for (const value of [...texts, '\u{1F511}'.repeat(40)]) {
      const item: Item = { tag: 0x420055, type: 'TextString', value }
      const after: Item = { tag: 0x420055, type: 'ByteString', value: new Uint8Array([1]) }
      const tree: Item = { tag: 0x420053, type: 'Structure', value: [item, after] }
      expect(decodeTtlv(encodeTtlv(tree))).toEqual({ ok: true, value: tree })
    }
  })
})
