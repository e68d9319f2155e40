import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBase64Url } from './bytes.ts'
import { fromCbor, toCbor } from './cbor.ts'
import { RefusalError } from './errors.ts'
import { CredentialId } from './ids.ts'
import {
  encodeSessionAnswer,
  encodeSessionRequest,
  parseSessionAnswer,
  parseSessionRequest,
} from './session.ts'

const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const number = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const authorisation = fc.record({
  credential: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((id) => CredentialId.of(id)),
  purpose: fc.constantFrom('sign' as const, 'session' as const),
  signature: bytes(64).map(toBase64Url),
})
const request = fc.record({
  number,
  request: bytes(70_000),
  authorisations: fc.array(authorisation, { maxLength: 3 }),
})

describe('a frame of a session', () => {
  it('is read as its writer meant it, whatever the sizes', () => {
    fc.assert(
      fc.property(request, (value) => {
        // A copy: cborg gives a Buffer, whose views are no plain Uint8Array.
        const frame = Uint8Array.from(encodeSessionRequest(value))
        expect(parseSessionRequest(frame)).toEqual(value)
      }),
    )
  })

  it('answers in the one encoding that CBOR has for it', () => {
    const sizes = [0, 23, 24, 255, 256, 65_535, 65_536]
    for (const size of sizes) {
      const body = new Uint8Array(size).fill(7)
      const answer = { number: size, status: 200, body }
      expect(encodeSessionAnswer(answer)).toEqual(Uint8Array.from(toCbor([size, 200, body])))
      expect(parseSessionAnswer(encodeSessionAnswer(answer))).toEqual(answer)
    }
  })

  it('takes no bytes that strict CBOR refuses, and reads no others differently', () => {
    const sample = encodeSessionRequest({
      number: 300,
      request: new Uint8Array(30),
      authorisations: [
        { credential: CredentialId.of(new Uint8Array(16)), purpose: 'sign', signature: 'AAAA' },
      ],
    })
    fc.assert(
      fc.property(fc.nat(sample.length - 1), fc.nat(255), (at, value) => {
        const changed = Uint8Array.from(sample)
        changed[at] = value
        let read: ReturnType<typeof parseSessionRequest>
        try {
          read = parseSessionRequest(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(RefusalError)
          return
        }
        const [first, second] = fromCbor(changed) as [number, Uint8Array]
        expect([read.number, read.request]).toEqual([first, Uint8Array.from(second)])
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses longer forms, indefinite lengths, bytes that are missing or stand behind', () => {
    for (const wrong of [
      [0x83, 0x18, 0x01, 0x40, 0x80],
      [0x83, 0x19, 0x00, 0xff, 0x40, 0x80],
      [0x83, 0x1b, 0, 0, 0, 1, 0, 0, 0, 0, 0x40, 0x80],
      [0x9f, 0x01, 0x40, 0x80, 0xff],
      [0x83, 0x01, 0x5f, 0xff, 0x80],
      [0x83, 0x01, 0x41, 0x80],
      [0x83, 0x01, 0x40],
      [0x83, 0x01, 0x40, 0x80, 0x00],
      [0x83, 0x20, 0x40, 0x80],
      [0x84, 0x01, 0x40, 0x80, 0x80],
      [0x83, 0x01, 0x40, 0x81, 0x83, 0x61, 0xff, 0x60, 0x40],
      [0x83, 0x01, 0x40, 0x91],
      [],
    ]) {
      expect(() => parseSessionRequest(Uint8Array.from(wrong))).toThrow(RefusalError)
    }
  })
})
