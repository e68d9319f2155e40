import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../item.ts'
import { arbitraryItem } from '../testing/arbitrary-items.ts'
import { decodeXml } from './decode.ts'
import { encodeXml } from './encode.ts'

const codeOf = (text: string): string => {
  const result = decodeXml(utf8(text))
  return result.ok ? 'accepted' : result.refusal.code
}

const value = (text: string): unknown => {
  const result = decodeXml(utf8(text))
  if (!result.ok) throw new Error(JSON.stringify(result.refusal))
  return result.value.value
}

describe('XML', () => {
  it('reads the forms of the profile', () => {
    expect(value('<CryptographicUsageMask type="Integer" value="Encrypt Decrypt"/>')).toBe(12)
    expect(value('<CryptographicUsageMask type="Integer" value="12"/>')).toBe(12)
    expect(value('<CryptographicUsageMask type="Integer" value="Encrypt 0x00000008"/>')).toBe(12)
    expect(value('<CryptographicAlgorithm type="Enumeration" value="AES"/>')).toBe(3)
    expect(value('<CryptographicAlgorithm type="Enumeration" value="0x80000001"/>')).toBe(
      0x80000001,
    )
    expect(value('<TimeStamp type="DateTime" value="2000-02-02T00:00:00+10:00"/>')).toBe(
      949_413_600n,
    )
    expect(value('<TTLV tag="0x540001" type="Boolean" value="true"/>')).toBe(true)
    expect(value('<NameValue type="TextString" value="a&lt;&#x2F;&quot;"/>')).toBe('a</"')
    expect(value("<?xml version='1.0'?><!-- c --><NameValue type='TextString' value=''/>")).toBe('')
  })

  it('names an AttributeValue by the AttributeName beside it', () => {
    const text = (name: string, shown: string): string =>
      `<Attribute>
        <AttributeName type="TextString" value="${name}"/>
        <AttributeValue type="Enumeration" value="${shown}"/>
      </Attribute>`
    const [, state] = value(text('State', 'Compromised')) as Item[]
    expect(state?.value).toBe(4)
    expect(codeOf(text('x-State', 'Compromised'))).toBe('unknown_enumeration')
  })

  it('refuses what is not in the profile', () => {
    for (const text of [
      '',
      '<Name/><Name/>',
      '<Name>',
      '</Name>',
      '<Name></Nam>',
      '<Name>text</Name>',
      '<Name a="1" a="2"/>',
      '<Name other="1"/>',
      '<Name value="x"/>',
      '<NameValue type="TextString"/>',
      '<NameValue type="TextString" value="<"/>',
      '<NameValue type="TextString" value="&nbsp;"/>',
      '<NameValue type="TextString" value="&#0;"/>',
      '<NameValue type="TextString" value="a & b"/>',
      '<NameValue type="Text" value="x"/>',
      '<NameValue type="TextString" value="x"><Name/></NameValue>',
      '<!DOCTYPE Name><Name/>',
      '<![CDATA[x]]>',
      '<Name/><?php ?>',
      '<!-- -- --><Name/>',
      '<TTLV type="Structure"/>',
      '<TTLV tag="0x430001"/>',
      '<Fresh type="Boolean" value="TRUE"/>',
      '<BatchCount type="Integer" value="1.0"/>',
      '<BatchCount type="Integer" value="2147483648"/>',
      '<BatchCount type="Integer" value="-0"/>',
      '<BatchCount type="Integer" value=""/>',
      '<Offset type="Interval" value="-1"/>',
      '<Data type="ByteString" value="abc"/>',
      '<P type="BigInteger" value=""/>',
      '<TimeStamp type="DateTime" value="2000-02-30T00:00:00Z"/>',
      '<TimeStamp type="DateTime" value="2000-01-01T24:00:00Z"/>',
      '<TimeStamp type="DateTime" value="2000-01-01T00:00:00.5Z"/>',
      '<TimeStamp type="DateTime" value="2000-01-01"/>',
    ]) {
      expect(`${text} ${codeOf(text)}`).toBe(`${text} malformed`)
    }
    expect(codeOf('<Nonsense/>')).toBe('unknown_tag')
    expect(decodeXml(new Uint8Array([0x3c, 0xff]))).toMatchObject({ ok: false })
  })

  it('refuses elements deeper than 64 without recursion', () => {
    const deep = (depth: number): string => '<Name>'.repeat(depth) + '</Name>'.repeat(depth)
    expect(codeOf(deep(64))).toBe('accepted')
    expect(codeOf(deep(65))).toBe('too_large')
    expect(codeOf('<Name>'.repeat(400_000))).toBe('too_large')
  })

  it('reads long hostile texts in a time that grows with their length', () => {
    const began = performance.now()
    codeOf(`<Name ${' '.repeat(1_000_000)}`)
    codeOf(`<Name a${' '.repeat(1_000_000)}`)
    codeOf(`<NameValue type="TextString" value="${'&'.repeat(1_000_000)}"/>`)
    codeOf(`<NameValue type="TextString" value="${'&amp;'.repeat(200_000)}"/>`)
    codeOf(`<!--${'-'.repeat(1_000_000)}`)
    codeOf('<!---->'.repeat(200_000))
    expect(performance.now() - began).toBeLessThan(5000)
  })

  it('keeps no more of a text than its limits allow', () => {
    const attributes = Array.from({ length: 9 }, (_, index) => `a${index}=""`).join(' ')
    expect(codeOf(`<Name ${attributes}/>`)).toBe('malformed')
    expect(codeOf('<Name/>'.repeat(70_000))).toBe('too_large')
    expect(decodeXml(utf8('<Name/>'), { messageBytesMax: 1 })).toMatchObject({
      refusal: { code: 'too_large' },
    })
  })

  it('reads back every tree that it writes', () => {
    fc.assert(
      fc.property(arbitraryItem, (item) => {
        expect(decodeXml(encodeXml(item))).toEqual({ ok: true, value: item })
      }),
    )
  })

  it('survives changed texts', () => {
    fc.assert(
      fc.property(arbitraryItem, fc.nat(), fc.string({ maxLength: 4 }), (item, at, put) => {
        const text = fromUtf8(encodeXml(item))
        const cut = at % text.length
        const hostile = text.slice(0, cut) + put + text.slice(cut + put.length)
        const result = decodeXml(utf8(hostile.toWellFormed()))
        if (result.ok) expect(decodeXml(encodeXml(result.value))).toEqual(result)
      }),
      { numRuns: 1000 },
    )
  })

  it('refuses to write a text that XML cannot say', () => {
    const item: Item = { tag: 0x420055, type: 'TextString', value: '\u0000' }
    expect(() => encodeXml(item)).toThrow('invalid_field')
  })
})
