import { fromCbor, toCbor } from '@holdfast/base/cbor'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { importPlaintext } from './import-plaintext.ts'

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constantFrom(23, 24, 255, 256, 0xffff).map((length) => new Uint8Array(length).fill(7)),
)

describe('the plaintext of an import', () => {
  it('is what a general encoder of CBOR writes', () => {
    fc.assert(
      fc.property(bytes, fc.option(bytes, { nil: undefined }), (secret, passphrase) => {
        const fields = passphrase === undefined ? { secret } : { secret, passphrase }
        const plaintext = importPlaintext(secret, passphrase)
        expect(plaintext).toEqual(Uint8Array.from(toCbor(fields)))
        expect(fromCbor(plaintext)).toEqual(fields)
      }),
    )
  })

  it('refuses what its lengths cannot say', () => {
    expect(() => importPlaintext(new Uint8Array(0x1_0000))).toThrow('too_large')
  })
})
