import { fromHex, toHex } from '@holdfast/base/bytes'
import { attempt } from '@holdfast/base/errors'
import { decodeRlp, encodeRlp } from 'ethers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeRlpList,
  encodeRlpList,
  encodeRlpString,
  encodeRlpUint,
  type RlpItem,
} from './rlp.ts'

const refused = (hex: string): boolean => !attempt(() => decodeRlpList(fromHex(hex))).ok

type Nested = string | readonly Nested[]
const nested = (item: RlpItem): Nested =>
  item instanceof Uint8Array ? `0x${toHex(item)}` : item.map(nested)

const leaf = fc.uint8Array({ maxLength: 70 }).map((bytes) => `0x${toHex(bytes)}`)
const list = fc.array(fc.oneof(leaf, fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 })))), {
  maxLength: 12,
})

describe('RLP', () => {
  it('reads what ethers writes', () => {
    fc.assert(
      fc.property(list, (items) => {
        const encoded = fromHex(encodeRlp(items).slice(2))
        expect(decodeRlpList(encoded).items.map(nested)).toEqual(items)
      }),
      { numRuns: 300 },
    )
  })

  it('writes what ethers reads', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (items) => {
        const encoded = encodeRlpList(items.map(encodeRlpString))
        expect(decodeRlp(encoded)).toEqual(items.map((item) => `0x${toHex(item)}`))
      }),
      { numRuns: 200 },
    )
  })

  it('accepts no second encoding of a list', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 80 }), (bytes) => {
        const decoded = attempt(() => decodeRlpList(bytes))
        if (decoded.ok) {
          expect(encodeRlp(decoded.value.items.map(nested) as string[])).toBe(`0x${toHex(bytes)}`)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['a byte below 0x80 with a header', 'c28100'],
    ['a short string with a long header', 'c3b80100'],
    ['a long length with a leading zero', `fb b90038${'00'.repeat(56)}`.replace(' ', '')],
    ['trailing bytes', 'c100ff'],
    ['a list cut short', 'c200'],
    ['a string where a list belongs', '80'],
    ['nothing', ''],
    ['an item beyond the list', 'c1820000'],
    ['a length of eight bytes', 'ffffffffffffffffff'],
    ['six nested lists', 'c5c4c3c2c1c0'],
  ])('refuses %s', (_name, hex) => {
    expect(refused(hex)).toBe(true)
  })

  it('writes integers without leading zeros', () => {
    expect(toHex(encodeRlpUint(fromHex('0000')))).toBe('80')
    expect(toHex(encodeRlpUint(fromHex('007f')))).toBe('7f')
    expect(toHex(encodeRlpUint(fromHex('0080')))).toBe('8180')
  })
})
