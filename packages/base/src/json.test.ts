import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { utf8 } from './bytes.ts'
import { RefusalError } from './errors.ts'
import { parseStrictJson } from './json.ts'
import { jsonDepthMax } from './limits.ts'

const parse = (text: string): unknown => parseStrictJson(utf8(text))
const refuses = (text: string): void => {
  expect(() => parse(text), text).toThrow('malformed')
}

describe('strict JSON', () => {
  it('reads whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        expect(parse(text)).toEqual(JSON.parse(text))
        expect(parse(JSON.stringify(value, null, 2))).toEqual(JSON.parse(text))
      }),
    )
  })

  it('refuses a key that stands twice, however it is written', () => {
    for (const text of [
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"x":{"a":1,"b":[{"c":1,"c":2}]}}',
      '[{"a":1},{"b":1,"a":[],"b":2}]',
      '{"":1,"":2}',
      '{"\\"":1,"\\u0022":2}',
      '{ "a" : "b" , "a" : "c" }',
      '{"__proto__":1,"__proto__":2}',
      // The last of many keys, where a set has taken the place of a list.
      `{${Array.from({ length: 40 }, (_, index) => `"k${index}":0,`).join('')}"k39":1}`,
      `{${Array.from({ length: 40 }, (_, index) => `"k${index}":0,`).join('')}"k0":1}`,
    ]) {
      refuses(text)
    }
  })

  it('allows equal keys in different objects, and values that look like keys', () => {
    expect(parse('{"a":{"a":1},"b":{"a":"a"},"c":["a","a",{"a":"b"},"b"]}')).toEqual({
      a: { a: 1 },
      b: { a: 'a' },
      c: ['a', 'a', { a: 'b' }, 'b'],
    })
    expect(parse('{"a":"\\",\\"a\\":","b":"{\\"a\\":1,\\"a\\":2}"}')).toHaveProperty('b')
  })

  it('refuses depth beyond the limit and takes what is within', () => {
    expect(parse(`${'['.repeat(jsonDepthMax)}${']'.repeat(jsonDepthMax)}`)).toBeDefined()
    refuses(`${'['.repeat(jsonDepthMax + 1)}${']'.repeat(jsonDepthMax + 1)}`)
    refuses(`${'{"a":'.repeat(jsonDepthMax + 1)}1${'}'.repeat(jsonDepthMax + 1)}`)
    refuses('['.repeat(100_000))
  })

  it('refuses bytes that are not JSON in UTF-8', () => {
    for (const text of ['', ' ', '{', '{a:1}', "{'a':1}", '[1,]', '01', 'NaN', '1 2', '\ufeff1']) {
      refuses(text)
    }
    for (const wrong of [[0xff], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22]]) {
      expect(() => parseStrictJson(Uint8Array.from(wrong))).toThrow('malformed')
    }
  })

  it('throws nothing but refusals at hostile bytes', () => {
    const json = fc
      .array(fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', 'a', '1', '\\u0061', ' '))
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(json, fc.string()), (text) => {
        try {
          parse(text)
        } catch (error) {
          expect(error).toBeInstanceOf(RefusalError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
