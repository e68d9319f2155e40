import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { openHpke, sealHpke } from '@holdfast/base/hpke'
import { answerNoise, startNoise } from '@holdfast/base/noise'
import { afterAll, describe, expect, it } from 'vitest'
import { testCrypto, testEntropy } from './testing/test-crypto.ts'

const crypto = await testCrypto()
afterAll(() => crypto[Symbol.dispose]())

describe('the crypto port under Noise and HPKE', () => {
  it('writes the published Noise NK vector, from a static key in locked memory', () => {
    // The vector of packages/base/src/noise.test.ts (cacophony).
    using key = crypto.secretFrom(
      fromHex('4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893'),
    )
    const answered = key.use((staticPrivateKey) =>
      answerNoise({
        primitives: crypto,
        prologue: fromHex('4a6f686e2047616c74'),
        ephemeralPrivateKey: fromHex(
          'bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b',
        ),
        staticPrivateKey,
        untrustedMessage: fromHex(
          'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944' +
            '8134d00711fdb390a0d178fa008f6d47d2891e5ea18ae136c3b4c23ac384efb0',
        ),
        reply: () => fromHex('4d757272617920526f746862617264'),
      }),
    )
    if (!answered.ok) throw new Error(answered.refusal.code)
    expect(toHex(answered.value.message)).toBe(
      '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843' +
        '8ea16e3701bc0d77744f117bee22451c9afa7f4cdbbcff00c04a8ee0913c88',
    )
  })

  it('refuses hostile handshakes and encapsulations without a throw', () => {
    const privateKey = testEntropy.bytes(32)
    const zeros = new Uint8Array(64)
    expect(
      answerNoise({
        primitives: crypto,
        prologue: utf8('p'),
        ephemeralPrivateKey: testEntropy.bytes(32),
        staticPrivateKey: privateKey,
        untrustedMessage: zeros,
      }),
    ).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
    expect(
      startNoise({
        primitives: crypto,
        prologue: utf8('p'),
        ephemeralPrivateKey: testEntropy.bytes(32),
        responderPublicKey: new Uint8Array(32),
      }),
    ).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
    const sealed = sealHpke({
      primitives: crypto,
      recipientPublicKey: crypto.x25519.publicKey(privateKey),
      ephemeralPrivateKey: testEntropy.bytes(32),
      info: utf8('i'),
      plaintext: utf8('secret'),
    })
    if (!sealed.ok) throw new Error(sealed.refusal.code)
    const open = (encapsulation: Uint8Array) =>
      openHpke({
        primitives: crypto,
        recipientPrivateKey: privateKey,
        sealed: { ...sealed.value, encapsulation },
        info: utf8('i'),
      })
    expect(open(sealed.value.encapsulation)).toEqual({ ok: true, value: utf8('secret') })
    expect(open(new Uint8Array(32))).toMatchObject({ ok: false, refusal: { code: 'bad_seal' } })
  })
})
