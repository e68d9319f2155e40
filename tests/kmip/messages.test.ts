import { describe, expect, it } from 'vitest'
import type { Item } from '../../packages/kmip/src/item.ts'
import { isReadable, readRequest, writeRequest } from '../../packages/kmip/src/messages/request.ts'
import { readResponse, writeResponse } from '../../packages/kmip/src/messages/response.ts'
import { encodeTtlv } from '../../packages/kmip/src/ttlv/encode.ts'
import { caseFiles, casesFolder, messagesOf } from './cases.ts'

/** A Put that says version 1.0 and carries attributes of 1.1: the one message that errs. */
const erring = 'v1.2 TC_NP_2_12_Notify_Put.xml'

const bytesOf = (item: Item): string => Buffer.from(encodeTtlv(item)).toString('hex')

describe.skipIf(casesFolder === undefined)('the tables of fields', () => {
  const files = caseFiles()

  it('read every request of every case and write it again byte for byte', () => {
    const refused: string[] = []
    for (const file of files) {
      for (const message of messagesOf(file)) {
        if (message.tag !== 0x420078) continue
        const read = readRequest(message)
        if (!read.ok) throw new Error(`${file.name}: ${JSON.stringify(read.refusal)}`)
        const items = read.value.items.filter(isReadable)
        if (items.length < read.value.items.length) {
          refused.push(file.name)
          continue
        }
        const written = writeRequest({ ...read.value, items })
        if (!written.ok) throw new Error(`${file.name}: ${JSON.stringify(written.refusal)}`)
        expect(bytesOf(written.value), file.name).toBe(bytesOf(message))
      }
    }
    expect(refused).toEqual([erring])
  })

  it('read every response of every case and write it again byte for byte', () => {
    for (const file of files) {
      for (const message of messagesOf(file)) {
        if (message.tag !== 0x42007b) continue
        const read = readResponse(message)
        if (!read.ok) throw new Error(`${file.name}: ${JSON.stringify(read.refusal)}`)
        const written = writeResponse(read.value)
        if (!written.ok) throw new Error(`${file.name}: ${JSON.stringify(written.refusal)}`)
        expect(bytesOf(written.value), file.name).toBe(bytesOf(message))
      }
    }
  })
})
