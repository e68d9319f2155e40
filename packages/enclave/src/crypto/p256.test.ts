import { createPublicKey, createVerify } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { p256 as noble } from '@noble/curves/nist.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { ecdsaDigest } from './ecdsa-digest.ts'
import { publicKeyCacheMax } from './limits.ts'
import { p256Order } from './scalar.ts'
import { testCrypto, testEntropy } from './testing/test-crypto.ts'

const crypto = await testCrypto()
afterAll(() => crypto[Symbol.dispose]())
const { p256 } = crypto

/** RFC 6979 §A.2.5; s is in the upper half for "sample", and its twin is what comes out. */
const privateKey = fromHex('c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721')
const point = concat(
  fromHex('60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6'),
  fromHex('7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299'),
)
const sample = {
  r: 'efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716',
  s: 'f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8',
}
const test = {
  r: 'f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367',
  s: '019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083',
}
const order = BigInt(`0x${toHex(p256Order)}`)
const lower = ({ r, s }: typeof sample): string => {
  const value = BigInt(`0x${s}`)
  const low = value > order / 2n ? order - value : value
  return r + low.toString(16).padStart(64, '0')
}
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const keys = bytes32.filter((key) => noble.utils.isValidSecretKey(key))

describe('P-256', () => {
  it('signs as RFC 6979 A.2.5 says, with low S', () => {
    const publicKey = p256.publicKey(privateKey)
    expect(toHex(p256.uncompressed(publicKey))).toBe(`04${toHex(point)}`)
    expect(p256.parsePublicKey(p256.uncompressed(publicKey))).toEqual(publicKey)
    for (const [message, expected] of [
      ['sample', sample],
      ['test', test],
    ] as const) {
      expect(toHex(p256.sign({ message: utf8(message), privateKey }))).toBe(lower(expected))
      const signature = fromHex(expected.r + expected.s)
      expect(p256.verify({ message: utf8(message), signature, publicKey })).toBe(true)
    }
  })

  it('agrees with noble and with node:crypto', () => {
    fc.assert(
      fc.property(keys, bytes32, (key, digest) => {
        const publicKey = p256.publicKey(key)
        expect(publicKey).toEqual(noble.getPublicKey(key, true))
        const signature = p256.signDigest({ digest, privateKey: key })
        const theirs = noble.sign(digest, key, { prehash: false, lowS: true })
        expect(toHex(signature)).toBe(toHex(theirs))
        expect(p256.verifyDigest({ digest, signature, publicKey })).toBe(true)
        const changed = signature.slice()
        changed[40]! ^= 1
        expect(p256.verifyDigest({ digest, signature: changed, publicKey })).toBe(false)
      }),
      { numRuns: 15 },
    )
    const message = utf8('x')
    const signature = p256.sign({ message, privateKey })
    const jwk = {
      kty: 'EC',
      crv: 'P-256',
      x: Buffer.from(point.subarray(0, 32)).toString('base64url'),
      y: Buffer.from(point.subarray(32)).toString('base64url'),
    }
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    const verifier = createVerify('sha256').update(message)
    expect(verifier.verify({ key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
  })

  it('never throws at hostile keys and signatures', () => {
    const hostile = fc.uint8Array({ maxLength: 70 })
    const digest = new Uint8Array(32)
    const publicKey = p256.publicKey(privateKey)
    fc.assert(
      fc.property(hostile, hostile, (key, signature) => {
        expect(p256.verifyDigest({ digest, signature, publicKey: key })).toBe(false)
        expect(p256.verifyDigest({ digest, signature, publicKey })).toBe(false)
        p256.parsePublicKey(key)
      }),
    )
    for (const signature of [
      new Uint8Array(64),
      new Uint8Array(64).fill(0xff),
      concat(p256Order, p256Order),
    ]) {
      expect(p256.verifyDigest({ digest, signature, publicKey })).toBe(false)
    }
  })

  it('refuses private keys out of range', () => {
    for (const wrong of [new Uint8Array(32), p256Order, new Uint8Array(31).fill(1)]) {
      expect(p256.isPrivateKey(wrong)).toBe(false)
      expect(() => p256.publicKey(wrong)).toThrow('invariant')
    }
  })

  it('verifies under more keys than it keeps', () => {
    const digest = testEntropy.bytes(32)
    const first = p256.publicKey(privateKey)
    const signature = p256.signDigest({ digest, privateKey })
    for (let index = 0; index < publicKeyCacheMax + 10; index += 1) {
      const key = new Uint8Array(32).fill(1)
      new DataView(key.buffer).setUint32(0, index)
      const publicKey = p256.publicKey(key)
      expect(p256.verifyDigest({ digest, signature, publicKey })).toBe(false)
    }
    expect(p256.verifyDigest({ digest, signature, publicKey: first })).toBe(true)
  })

  it('reads digests of other lengths as FIPS 186-5 says', () => {
    const short = fromHex('00ff')
    expect(toHex(ecdsaDigest(short))).toBe('ff'.padStart(64, '0'))
    const long = testEntropy.bytes(64)
    expect(ecdsaDigest(long)).toEqual(long.slice(0, 32))
    const digest = ecdsaDigest(testEntropy.bytes(16))
    const signature = p256.signDigest({ digest, privateKey })
    expect(p256.verifyDigest({ digest, signature, publicKey: p256.publicKey(privateKey) })).toBe(
      true,
    )
  })
})
