import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  bytesToUint,
  concat,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64Url,
  toHex,
  uintToBytes,
  utf8,
} from './bytes.ts'

const bytes = fc.uint8Array({ maxLength: 100 })

describe('hexadecimal', () => {
  it('reads back what it wrote, as Buffer writes it', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toHex(value)).toBe(Buffer.from(value).toString('hex'))
        expect(fromHex(toHex(value))).toEqual(value)
        expect(fromHex(toHex(value).toUpperCase())).toEqual(value)
      }),
    )
  })

  it('writes the same where the engine has no encoder of its own', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        const plain = Object.assign(Uint8Array.from(value), { toHex: undefined })
        expect(toHex(plain)).toBe(toHex(value))
      }),
    )
  })

  it('refuses an odd length, a prefix, white space and other letters', () => {
    for (const text of ['0', '0x00', ' 00', '0g', 'zz', '00\n', '٠٠', '-1', '1.', '0\u{1d7d8}']) {
      expect(() => fromHex(text), text).toThrow(TypeError)
    }
  })
})

describe('base64url', () => {
  it('reads back what it wrote, as Buffer writes it', () => {
    fc.assert(
      fc.property(bytes, (value) => {
        expect(toBase64Url(value)).toBe(Buffer.from(value).toString('base64url'))
        expect(fromBase64Url(toBase64Url(value))).toEqual(value)
      }),
    )
  })

  it('has one text for every value: no padding, no stray bits, no other alphabet', () => {
    for (const text of ['A', 'AA==', 'AB', 'AAB', '+A', '/A', 'A A', 'AA\n', 'Ā1', 'AAAAA']) {
      expect(() => fromBase64Url(text), text).toThrow(TypeError)
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), (text) => {
        let value: Uint8Array
        try {
          value = fromBase64Url(text)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        expect(toBase64Url(value)).toBe(text)
      }),
    )
  })
})

describe('UTF-8', () => {
  it('reads back well-formed text, with its byte order mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(fromUtf8(utf8(text))).toBe(text)
      }),
    )
    expect(fromUtf8(utf8('\ufeffa'))).toBe('\ufeffa')
  })

  it('refuses bytes that are not well-formed', () => {
    for (const wrong of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82], [0xf5, 0, 0, 0]]) {
      expect(() => fromUtf8(Uint8Array.from(wrong))).toThrow(TypeError)
    }
  })
})

describe('concat and equalBytes', () => {
  it('join and compare as the bytes are', () => {
    fc.assert(
      fc.property(bytes, bytes, (left, right) => {
        const joined = concat(left, right)
        expect(joined).toEqual(Uint8Array.from([...left, ...right]))
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0)
        expect(equalBytes(joined, joined.slice())).toBe(true)
      }),
    )
    expect(concat()).toEqual(new Uint8Array(0))
    expect(equalBytes(new Uint8Array(2), new Uint8Array(3))).toBe(false)
  })
})

describe('unsigned integers', () => {
  it('read back what they wrote', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), (value) => {
        const written = uintToBytes(value, 32)
        expect(written).toHaveLength(32)
        expect(bytesToUint(written)).toBe(value)
      }),
    )
    expect(bytesToUint(new Uint8Array(0))).toBe(0n)
    expect(uintToBytes(0n, 0)).toEqual(new Uint8Array(0))
  })

  it('refuse what does not fit', () => {
    expect(() => uintToBytes(256n, 1)).toThrow(RangeError)
    expect(() => uintToBytes(-1n, 4)).toThrow(RangeError)
    expect(() => uintToBytes(1n, 0)).toThrow(RangeError)
  })
})
