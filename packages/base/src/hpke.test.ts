import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromHex, toHex, utf8 } from './bytes.ts'
import { openHpke, sealHpke } from './hpke.ts'
import { primitives } from './testing/noble-primitives.ts'

// RFC 9180 Appendix A.2.1 (base mode, sequence number 0); IETF Trust, code components BSD.
const vector = {
  info: fromHex('4f6465206f6e2061204772656369616e2055726e'),
  ephemeralPrivateKey: 'f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600',
  encapsulation: '1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a',
  recipientPublicKey: fromHex('4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a'),
  recipientPrivateKey: fromHex('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb'),
  plaintext: fromHex('4265617574792069732074727574682c20747275746820626561757479'),
  associatedData: fromHex('436f756e742d30'),
  ciphertext:
    '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
}

const seal = (changes: Partial<Parameters<typeof sealHpke>[0]> = {}) =>
  sealHpke({
    ...vector,
    primitives,
    ephemeralPrivateKey: fromHex(vector.ephemeralPrivateKey),
    ...changes,
  })

const sealed = {
  encapsulation: fromHex(vector.encapsulation),
  ciphertext: fromHex(vector.ciphertext),
}

describe('HPKE', () => {
  it('seals as RFC 9180 A.2.1 says', () => {
    const result = seal()
    if (!result.ok) throw new Error('refused')
    expect(toHex(result.value.encapsulation)).toBe(vector.encapsulation)
    expect(toHex(result.value.ciphertext)).toBe(vector.ciphertext)
  })

  it('opens as RFC 9180 A.2.1 says', () => {
    expect(openHpke({ ...vector, primitives, sealed })).toEqual({
      ok: true,
      value: vector.plaintext,
    })
  })

  it('opens what it sealed, of any length', () => {
    const bytes = fc.uint8Array({ maxLength: 200 })
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
    fc.assert(
      fc.property(key, key, bytes, bytes, bytes, (recipient, ephemeral, info, aad, plaintext) => {
        const result = seal({
          recipientPublicKey: primitives.x25519.publicKey(recipient),
          ephemeralPrivateKey: ephemeral,
          info,
          associatedData: aad,
          plaintext,
        })
        if (!result.ok) throw new Error('refused')
        expect(ephemeral).toEqual(new Uint8Array(32))
        const opened = openHpke({
          primitives,
          recipientPrivateKey: recipient,
          sealed: result.value,
          info,
          associatedData: aad,
        })
        expect(opened).toEqual({ ok: true, value: plaintext })
      }),
      { numRuns: 20 },
    )
  })

  it('refuses another key, info, associated data, encapsulation or ciphertext', () => {
    const flipped = (bytes: Uint8Array): Uint8Array => {
      const changed = bytes.slice()
      changed[0]! ^= 1
      return changed
    }
    const wrong: Partial<Parameters<typeof openHpke>[0]>[] = [
      { recipientPrivateKey: new Uint8Array(32).fill(9) },
      { info: utf8('other') },
      { associatedData: utf8('other') },
      { sealed: { ...sealed, encapsulation: flipped(sealed.encapsulation) } },
      { sealed: { ...sealed, encapsulation: sealed.encapsulation.subarray(1) } },
      { sealed: { ...sealed, encapsulation: new Uint8Array(32) } },
      { sealed: { ...sealed, ciphertext: flipped(sealed.ciphertext) } },
      { sealed: { ...sealed, ciphertext: new Uint8Array(3) } },
    ]
    for (const change of wrong) {
      const opened = openHpke({ ...vector, primitives, sealed, ...change })
      expect(opened).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
    }
  })

  it('refuses to seal to a point of small order', () => {
    const result = seal({ recipientPublicKey: new Uint8Array(32) })
    expect(result).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
  })
})
