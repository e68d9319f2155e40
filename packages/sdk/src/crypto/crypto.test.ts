import { createPublicKey, verify } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { openHpke } from '@holdfast/base/hpke'
import { startNoise } from '@holdfast/base/noise'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { primitives } from './primitives.ts'
import { signatures } from './signatures.ts'

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })

describe("the client's primitives", () => {
  it('write the first message of the published Noise NK vector', () => {
    // The vector of packages/base/src/noise.test.ts (cacophony).
    const started = startNoise({
      primitives,
      prologue: fromHex('4a6f686e2047616c74'),
      ephemeralPrivateKey: fromHex(
        '893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a',
      ),
      responderPublicKey: fromHex(
        '31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62',
      ),
      payload: fromHex('4c756477696720766f6e204d69736573'),
    })
    if (!started.ok) throw new Error(started.refusal.code)
    expect(toHex(started.value.message)).toBe(
      'ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944' +
        '8134d00711fdb390a0d178fa008f6d47d2891e5ea18ae136c3b4c23ac384efb0',
    )
    const finished = started.value.finish(
      fromHex(
        '95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843' +
          '8ea16e3701bc0d77744f117bee22451c9afa7f4cdbbcff00c04a8ee0913c88',
      ),
    )
    if (!finished.ok) throw new Error(finished.refusal.code)
    expect(toHex(finished.value.payload)).toBe('4d757272617920526f746862617264')
  })

  it('open the sealed value of RFC 9180 A.2.1, and refuse hostile ones without a throw', () => {
    const ciphertext = fromHex(
      '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
    )
    const open = (encapsulation: Uint8Array, sealed: Uint8Array) =>
      openHpke({
        primitives,
        recipientPrivateKey: fromHex(
          '8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb',
        ),
        sealed: { encapsulation, ciphertext: sealed },
        info: fromHex('4f6465206f6e2061204772656369616e2055726e'),
        associatedData: fromHex('436f756e742d30'),
      })
    const good = fromHex('1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a')
    expect(open(good, ciphertext)).toEqual({
      ok: true,
      value: fromHex('4265617574792069732074727574682c20747275746820626561757479'),
    })
    const refused = { ok: false, refusal: { code: 'bad_seal' } }
    expect(open(new Uint8Array(32), ciphertext)).toMatchObject(refused)
    expect(open(good, new Uint8Array(0))).toMatchObject(refused)
  })
})

describe("the client's signatures", () => {
  const spki = {
    ed25519: (key: Uint8Array) => concat(fromHex('302a300506032b6570032100'), key),
    p256: (key: Uint8Array) =>
      concat(fromHex('3039301306072a8648ce3d020106082a8648ce3d030107032200'), key),
  }

  it.each(['ed25519', 'p256'] as const)('verify under node:crypto: %s', (algorithm) => {
    const scheme = signatures[algorithm]
    fc.assert(
      fc.property(bytes32, fc.uint8Array({ maxLength: 100 }), (privateKey, message) => {
        fc.pre(algorithm === 'ed25519' || (privateKey[0] !== 0xff && privateKey.some(Boolean)))
        const publicKey = scheme.publicKey(privateKey)
        const signature = scheme.sign({ message, privateKey })
        expect(signature).toHaveLength(64)
        expect(scheme.verify({ message, signature, publicKey })).toBe(true)
        const key = createPublicKey({
          key: Buffer.from(spki[algorithm](publicKey)),
          format: 'der',
          type: 'spki',
        })
        const digest = algorithm === 'p256' ? 'sha256' : null
        expect(verify(digest, message, { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
        const other = concat(message, Uint8Array.of(0))
        expect(scheme.verify({ message: other, signature, publicKey })).toBe(false)
      }),
      { numRuns: 10 },
    )
  })

  it('do not verify hostile values, and throw nothing', () => {
    const hostile = fc.uint8Array({ maxLength: 70 })
    for (const scheme of Object.values(signatures)) {
      fc.assert(
        fc.property(hostile, hostile, (signature, publicKey) => {
          expect(scheme.verify({ message: utf8('x'), signature, publicKey })).toBe(false)
        }),
        { numRuns: 50 },
      )
    }
  })
})
