import { describe, expect, it } from 'vitest'
import type { Item } from '../../packages/kmip/src/item.ts'
import { decodeJson } from '../../packages/kmip/src/json/decode.ts'
import { encodeJson } from '../../packages/kmip/src/json/encode.ts'
import { decodeTtlv } from '../../packages/kmip/src/ttlv/decode.ts'
import { encodeTtlv } from '../../packages/kmip/src/ttlv/encode.ts'
import { decodeXml } from '../../packages/kmip/src/xml/decode.ts'
import { encodeXml } from '../../packages/kmip/src/xml/encode.ts'
import { caseFiles, casesFolder, messagesOf } from './cases.ts'

const value = (result: { readonly ok: boolean; readonly value?: Item }): Item => {
  if (!result.ok) throw new Error(JSON.stringify(result))
  return result.value as Item
}

describe.skipIf(casesFolder === undefined)('every message of every published case', () => {
  const files = caseFiles()

  it('is in the 526 files', () => {
    expect(files.length).toBe(526)
    expect(files.flatMap((file) => file.steps).length).toBe(3365)
  })

  it('survives XML, TTLV and JSON byte for byte', () => {
    for (const file of files) {
      for (const message of messagesOf(file)) {
        const ttlv = encodeTtlv(message)
        const fromTtlv = value(decodeTtlv(ttlv))
        expect(fromTtlv, file.name).toEqual(message)
        const json = encodeJson(fromTtlv)
        const fromJson = value(decodeJson(json))
        expect(fromJson, file.name).toEqual(message)
        const xml = encodeXml(fromJson)
        const fromXml = value(decodeXml(xml))
        expect(fromXml, file.name).toEqual(message)
        expect(Buffer.from(encodeTtlv(fromXml)).equals(ttlv), file.name).toBe(true)
        expect(Buffer.from(encodeJson(fromXml)).equals(json), file.name).toBe(true)
        expect(Buffer.from(encodeXml(fromTtlv)).equals(xml), file.name).toBe(true)
      }
    }
  })
})
