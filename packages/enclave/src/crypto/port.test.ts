import { createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto'
import { concat, fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { ed25519 as nobleEd25519, x25519 as nobleX25519 } from '@noble/curves/ed25519.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { createCrypto } from './create-crypto.ts'
import { testCrypto, testEntropy } from './testing/test-crypto.ts'

const crypto = await testCrypto()
afterAll(() => crypto[Symbol.dispose]())

const bytes = fc.uint8Array({ maxLength: 300 })
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const runs = { numRuns: 30 }

describe('hashes', () => {
  it('agree with OpenSSL and noble, however the input is cut', () => {
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), (parts) => {
        const whole = concat(...parts)
        const theirs = (name: string) => createHash(name).update(whole).digest('hex')
        expect(toHex(crypto.sha256(...parts))).toBe(theirs('sha256'))
        expect(toHex(crypto.sha512(...parts))).toBe(theirs('sha512'))
        expect(toHex(crypto.ripemd160(whole))).toBe(theirs('ripemd160'))
        expect(crypto.keccak256(...parts)).toEqual(keccak_256(whole))
      }),
      runs,
    )
  })

  it('give results that later calls do not change', () => {
    const first = crypto.keccak256(utf8('a'))
    const kept = toHex(first)
    crypto.keccak256(utf8('b'))
    expect(toHex(first)).toBe(kept)
    // Keccak team's test vector: the empty string.
    expect(toHex(crypto.keccak256())).toBe(
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    )
  })
})

describe('HMAC, HKDF and PBKDF2', () => {
  it('agree with OpenSSL, with keys shorter and longer than a block', () => {
    fc.assert(
      fc.property(bytes, fc.array(bytes, { maxLength: 3 }), (key, parts) => {
        const message = concat(...parts)
        const theirs = (name: string) => createHmac(name, key).update(message).digest('hex')
        expect(toHex(crypto.hmacSha256(key, ...parts))).toBe(theirs('sha256'))
        const result = new Uint8Array(64)
        crypto.hmacSha512({ key, parts, result })
        expect(toHex(result)).toBe(theirs('sha512'))
      }),
      runs,
    )
    fc.assert(
      fc.property(
        bytes,
        bytes,
        bytes,
        fc.integer({ min: 1, max: 200 }),
        (key, salt, info, length) => {
          const theirs = hkdfSync('sha256', key, salt, info, length)
          expect(toHex(crypto.hkdfSha256({ key, salt, info, length }))).toBe(
            Buffer.from(theirs).toString('hex'),
          )
        },
      ),
      runs,
    )
    const result = new Uint8Array(64)
    const [password, salt] = [utf8('password'), utf8('salt')]
    crypto.pbkdf2Sha512({ password, salt, rounds: 2048, result })
    expect(toHex(result)).toBe(pbkdf2Sync(password, salt, 2048, 64, 'sha512').toString('hex'))
  })

  it('refuse an output that is longer than RFC 5869 allows', () => {
    const key = new Uint8Array(32)
    expect(() => crypto.hkdfSha256({ key, salt: key, info: key, length: 8161 })).toThrow('HKDF')
  })

  it('write a result over their own key and input, as derivation in place needs', () => {
    const buffer = new Uint8Array(64).fill(5)
    const expected = createHmac('sha512', buffer.subarray(32)).update(buffer).digest('hex')
    crypto.hmacSha512({ key: buffer.subarray(32), parts: [buffer], result: buffer })
    expect(toHex(buffer)).toBe(expected)
  })
})

describe.each(['chacha20Poly1305', 'xchacha20Poly1305'] as const)('%s', (name) => {
  const aead = crypto[name]
  const nonceBytes = name === 'chacha20Poly1305' ? 12 : 24
  const plaintext = utf8(
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the " +
      'future, sunscreen would be it.',
  )
  const common = {
    key: Uint8Array.from({ length: 32 }, (_, index) => 0x80 + index),
    associatedData: fromHex('50515253c0c1c2c3c4c5c6c7'),
    nonce: fromHex(
      name === 'chacha20Poly1305'
        ? '070000004041424344454647'
        : '404142434445464748494a4b4c4d4e4f5051525354555657',
    ),
  }

  it('gives the tag of its specification', () => {
    // RFC 8439 §2.8.2; draft-irtf-cfrg-xchacha-03 §A.3.1.
    const tag =
      name === 'chacha20Poly1305'
        ? '1ae10b594f09e26a7e902ecbd0600691'
        : 'c0875924c1c7987947deafd8780acf49'
    expect(toHex(aead.seal({ ...common, plaintext }).subarray(-16))).toBe(tag)
  })

  it('opens what it sealed, also into locked memory, and nothing else', () => {
    fc.assert(
      fc.property(bytes, bytes, bytes32, fc.nat(), (plain, associatedData, key, at) => {
        const nonce = testEntropy.bytes(nonceBytes)
        const ciphertext = aead.seal({ key, nonce, associatedData, plaintext: plain })
        expect(aead.open({ key, nonce, associatedData, ciphertext })).toEqual(plain)
        using secret = crypto.secret(plain.length)
        secret.use((result) => {
          aead.open({ key, nonce, associatedData, ciphertext, result })
          expect(toHex(result)).toBe(toHex(plain))
        })
        const changed = ciphertext.slice()
        changed[at % changed.length]! ^= 1
        expect(aead.open({ key, nonce, associatedData, ciphertext: changed })).toBeUndefined()
        const other = concat(associatedData, Uint8Array.of(0))
        expect(aead.open({ key, nonce, associatedData: other, ciphertext })).toBeUndefined()
      }),
      runs,
    )
    expect(aead.open({ ...common, ciphertext: new Uint8Array(15) })).toBeUndefined()
  })
})

describe('Ed25519', () => {
  it('signs as RFC 8032 §7.1 says', () => {
    const cases = [
      [
        '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
        'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
        '',
        'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155' +
          '5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
      ],
      [
        '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
        '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
        '72',
        '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
          '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
      ],
    ] as const
    for (const [key, publicKey, message, signature] of cases) {
      const privateKey = fromHex(key)
      expect(toHex(crypto.ed25519.publicKey(privateKey))).toBe(publicKey)
      const signed = crypto.ed25519.sign({ message: fromHex(message), privateKey })
      expect(toHex(signed)).toBe(signature)
    }
  })

  it('agrees with noble and refuses what was changed', () => {
    fc.assert(
      fc.property(bytes32, bytes, fc.nat(63), (privateKey, message, at) => {
        const signature = crypto.ed25519.sign({ message, privateKey })
        expect(signature).toEqual(nobleEd25519.sign(message, privateKey))
        const publicKey = crypto.ed25519.publicKey(privateKey)
        expect(crypto.ed25519.verify({ message, signature, publicKey })).toBe(true)
        const changed = signature.slice()
        changed[at]! ^= 1
        expect(crypto.ed25519.verify({ message, signature: changed, publicKey })).toBe(false)
      }),
      { numRuns: 15 },
    )
  })

  it('refuses keys of small order, an s that is not reduced, and wrong lengths', () => {
    const message = utf8('x')
    const privateKey = new Uint8Array(32).fill(7)
    const signature = crypto.ed25519.sign({ message, privateKey })
    const publicKey = crypto.ed25519.publicKey(privateKey)
    const identity = new Uint8Array(32)
    identity[0] = 1
    const forged = concat(identity, new Uint8Array(32))
    expect(crypto.ed25519.verify({ message, signature: forged, publicKey: identity })).toBe(false)
    // s + L, the malleable twin (RFC 8032 §5.1.7).
    const order = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
    const twin = signature.slice()
    let carry = 0
    for (let index = 0; index < 32; index += 1) {
      carry += twin[32 + index]! + order[index]!
      twin[32 + index] = carry & 0xff
      carry >>= 8
    }
    expect(crypto.ed25519.verify({ message, signature: twin, publicKey })).toBe(false)
    const short = signature.subarray(1)
    expect(crypto.ed25519.verify({ message, signature: short, publicKey })).toBe(false)
    const cut = publicKey.subarray(1)
    expect(crypto.ed25519.verify({ message, signature, publicKey: cut })).toBe(false)
  })
})

describe('X25519', () => {
  it('agrees as RFC 7748 §6.1 says, and with noble', () => {
    const bob = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    expect(toHex(crypto.x25519.publicKey(bob))).toBe(
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    )
    const alice = fromHex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a')
    expect(toHex(crypto.x25519.agree({ privateKey: bob, publicKey: alice })!)).toBe(
      '4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742',
    )
    fc.assert(
      fc.property(bytes32, bytes32, (privateKey, other) => {
        const publicKey = crypto.x25519.publicKey(other)
        expect(crypto.x25519.agree({ privateKey, publicKey })).toEqual(
          nobleX25519.getSharedSecret(privateKey, publicKey),
        )
      }),
      { numRuns: 10 },
    )
  })

  it('refuses points of small order and other lengths', () => {
    const privateKey = new Uint8Array(32).fill(7)
    const one = new Uint8Array(32)
    one[0] = 1
    for (const publicKey of [new Uint8Array(32), one, new Uint8Array(31), new Uint8Array(33)]) {
      expect(crypto.x25519.agree({ privateKey, publicKey })).toBeUndefined()
    }
  })
})

describe('createCrypto', () => {
  it('clears where a secret came from', () => {
    const source = Uint8Array.of(1, 2, 3)
    using secret = crypto.secretFrom(source)
    expect(source).toEqual(new Uint8Array(3))
    expect(secret.use((view) => toHex(view))).toBe('010203')
  })

  it('does not fall back to WebAssembly where a library was named', async () => {
    const options = { entropy: testEntropy, arena: [{ slotBytes: 1024, slots: 32 }] }
    await expect(createCrypto({ ...options, secp256k1Path: '/nowhere.so' })).rejects.toThrow(
      'libsecp256k1 was not found',
    )
    using forced = await createCrypto({ ...options, secp256k1: 'wasm' })
    expect(forced.secp256k1.backend).toContain('WebAssembly')
  })
})
