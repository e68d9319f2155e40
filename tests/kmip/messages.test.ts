import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../packages/kmip/src/item.ts'
import { isReadable, readRequest, writeRequest } from '../../packages/kmip/src/messages/request.ts'
import { readResponse, writeResponse } from '../../packages/kmip/src/messages/response.ts'
import { decodeTtlv } from '../../packages/kmip/src/ttlv/decode.ts'
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

describe.skipIf(casesFolder === undefined)('hostile changes to real messages', () => {
  const seeds = caseFiles()
    .filter((_, index) => index % 7 === 0)
    .flatMap(messagesOf)
    .map((message) => encodeTtlv(message))

  it('are refused or read, never thrown', () => {
    const change = fc.record({ at: fc.nat(), to: fc.integer({ min: 0, max: 255 }) })
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(change, { minLength: 1, maxLength: 5 }),
        (seed, changes) => {
          const hostile = seed.slice()
          for (const { at, to } of changes) hostile[at % hostile.length] = to
          const tree = decodeTtlv(hostile)
          if (!tree.ok) return
          const request = readRequest(tree.value)
          if (request.ok) {
            const again = writeRequest({
              ...request.value,
              items: request.value.items.filter(isReadable),
            })
            expect(again.ok || again.refusal.code === 'missing_field').toBe(true)
          }
          const response = readResponse(tree.value)
          if (response.ok) expect(writeResponse(response.value).ok).toBe(true)
        },
      ),
      { numRuns: 3000 },
    )
  })
})
