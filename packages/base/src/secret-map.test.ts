import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { concat, toHex, utf8 } from './bytes.ts'
import { toCbor } from './cbor.ts'
import { bytes } from './schema.ts'
import { encodeSecretMap, parseSecretMap } from './secret-map.ts'

const any = z.record(z.string(), z.union([z.string(), bytes]))
const key = fc.stringMatching(/^[a-z]{1,12}$/)
const value = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }),
)

describe('a map of secrets', () => {
  it('is the same bytes as the general encoding, and is read back', () => {
    fc.assert(
      fc.property(fc.dictionary(key, value, { maxKeys: 30 }), (fields) => {
        const encoded = encodeSecretMap({ ...fields, absent: undefined })
        expect(toHex(encoded)).toBe(toHex(toCbor(fields)))
        expect(parseSecretMap(any, encoded)).toEqual(fields)
      }),
    )
  })

  it('gives views, so that erasing the whole erases the parts', () => {
    const encoded = encodeSecretMap({ secret: Uint8Array.of(1, 2, 3) })
    const { secret } = parseSecretMap(z.strictObject({ secret: bytes }), encoded)
    encoded.fill(0)
    expect(secret).toEqual(new Uint8Array(3))
  })

  it('refuses what stands twice, behind or in another form', () => {
    const one = encodeSecretMap({ a: 'x' })
    const twice = concat(Uint8Array.of(0xa2), one.slice(1), one.slice(1))
    for (const wrong of [twice, concat(one, Uint8Array.of(0)), one.slice(0, -1), utf8('{}')]) {
      expect(() => parseSecretMap(any, wrong)).toThrow('malformed')
    }
    expect(() => parseSecretMap(any, toCbor({ a: 1 }))).toThrow('malformed')
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (hostile) => {
        try {
          parseSecretMap(any, hostile)
        } catch (error) {
          expect(String(error)).toMatch(/malformed|invalid_field/)
        }
      }),
    )
  })
})
