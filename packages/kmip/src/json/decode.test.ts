import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryItem } from '../testing/arbitrary-items.ts'
import { decodeJson } from './decode.ts'
import { encodeJson } from './encode.ts'

const codeOf = (text: string): string => {
  const result = decodeJson(utf8(text))
  return result.ok ? 'accepted' : result.refusal.code
}

const value = (tag: string, type: string, json: unknown): unknown => {
  const result = decodeJson(utf8(JSON.stringify({ tag, type, value: json })))
  return result.ok ? result.value.value : result.refusal.code
}

describe('JSON', () => {
  it('reads the forms of the profile', () => {
    expect(value('CryptographicUsageMask', 'Integer', 'Encrypt|Decrypt')).toBe(12)
    expect(value('CryptographicUsageMask', 'Integer', '0x0000000c')).toBe(12)
    expect(value('0x420094', 'TextString', 'id')).toBe('id')
    expect(value('CryptographicAlgorithm', 'Enumeration', 'AES')).toBe(3)
    expect(value('CryptographicAlgorithm', 'Enumeration', '0x00000003')).toBe(3)
    expect(value('UsageLimitsTotal', 'LongInteger', '0xfffffffffffffff0')).toBe(-16n)
    expect(value('P', 'BigInteger', '0xff')).toBe(-1n)
    expect(value('TimeStamp', 'DateTime', '1970-01-01T00:00:06+00:00')).toBe(6n)
  })

  it('refuses values that are not of their type', () => {
    expect(value('BatchCount', 'Integer', 1.5)).toBe('malformed')
    expect(value('BatchCount', 'Integer', 2 ** 31)).toBe('malformed')
    expect(value('BatchCount', 'Integer', '1')).toBe('malformed')
    expect(value('UsageLimitsTotal', 'LongInteger', 2 ** 60)).toBe('malformed')
    expect(value('Fresh', 'Boolean', 1)).toBe('malformed')
    expect(value('NameValue', 'TextString', '\ud800')).toBe('malformed')
    expect(value('NameValue', 'TextString', 5)).toBe('malformed')
    expect(value('Data', 'ByteString', '0x00')).toBe('malformed')
    expect(value('Name', 'Structure', {})).toBe('malformed')
    expect(value('State', 'Enumeration', 'Nonsense')).toBe('unknown_enumeration')
    expect(value('Nonsense', 'Integer', 1)).toBe('unknown_tag')
  })

  it('refuses members that are repeated, unknown or missing', () => {
    expect(codeOf('{"tag":"Name","value":[]}')).toBe('accepted')
    expect(codeOf('{"tag":"Name","tag":"Name","value":[]}')).toBe('malformed')
    expect(codeOf('{"tag":"Name","value":[],"more":1}')).toBe('malformed')
    expect(codeOf('{"value":[]}')).toBe('malformed')
    expect(codeOf('{"tag":"Name"}')).toBe('malformed')
    expect(codeOf('[]')).toBe('malformed')
    expect(codeOf('{"tag":"Name","value":[null]}')).toBe('malformed')
    expect(codeOf('{"tag":"Name","value":[]} x')).toBe('malformed')
  })

  it('refuses structures deeper than 64', () => {
    const deep = (depth: number): string =>
      '{"tag":"Name","value":['.repeat(depth) + ']}'.repeat(depth)
    expect(codeOf(deep(64))).toBe('accepted')
    expect(codeOf(deep(65))).not.toBe('accepted')
    expect(codeOf('['.repeat(100_000))).toBe('malformed')
    expect(codeOf('['.repeat(100_000) + ']'.repeat(100_000))).toBe('malformed')
    expect(codeOf('['.repeat(1_000_000))).toBe('too_large')
  })

  it('judges the number of items before it parses', () => {
    expect(codeOf(`{"tag":"Name","value":[${'[],'.repeat(300_000)}[]]}`)).toBe('too_large')
    const many = Array.from({ length: 70_000 }, () => '{"tag":"Name","value":[]}')
    expect(codeOf(`{"tag":"Name","value":[${many.join(',')}]}`)).toBe('too_large')
    expect(decodeJson(utf8('{"tag":"Name","value":[]}'), { itemsMax: 0 })).toMatchObject({
      refusal: { code: 'too_large' },
    })
  })

  it('reads back every tree that it writes', () => {
    fc.assert(
      fc.property(arbitraryItem, (item) => {
        expect(decodeJson(encodeJson(item))).toEqual({ ok: true, value: item })
      }),
    )
  })

  it('survives changed texts', () => {
    fc.assert(
      fc.property(arbitraryItem, fc.nat(), fc.string({ maxLength: 4 }), (item, at, put) => {
        const text = fromUtf8(encodeJson(item))
        const cut = at % text.length
        const hostile = text.slice(0, cut) + put + text.slice(cut + put.length)
        const result = decodeJson(utf8(hostile.toWellFormed()))
        if (result.ok) expect(decodeJson(encodeJson(result.value))).toEqual(result)
      }),
      { numRuns: 1000 },
    )
  })
})
