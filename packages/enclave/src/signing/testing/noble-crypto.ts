/** The crypto port on @noble, for the tests of this folder alone. */

import { type Bytes, bytesToUint, concat, uintToBytes } from '@holdfast/base/bytes'
import { BufferSecret } from '@holdfast/base/secret'
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { schnorr, secp256k1 } from '@noble/curves/secp256k1.js'
import { ripemd160 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import type { Crypto } from '../../ports/crypto.ts'

const Point = secp256k1.Point
const order = Point.Fn.ORDER
const raw = { prehash: false, lowS: true } as const

const point = (bytes: Bytes) => Point.fromBytes(bytes)

const secp: Crypto['secp256k1'] = {
  backend: 'noble',
  isPrivateKey: (key) => secp256k1.utils.isValidSecretKey(key),
  parsePublicKey: (key) => {
    try {
      return point(key).toBytes(true)
    } catch {
      return undefined
    }
  },
  uncompressed: (key) => point(key).toBytes(false),
  publicKey: (key) => secp256k1.getPublicKey(key, true),
  sign: ({ digest, privateKey }) => {
    const bytes = secp256k1.sign(digest, privateKey, { ...raw, format: 'recovered' })
    return { recovery: bytes[0] as 0 | 1, signature: bytes.slice(1) }
  },
  verify: ({ digest, signature, publicKey }) => secp256k1.verify(signature, digest, publicKey, raw),
  signSchnorr: ({ digest, privateKey, auxiliary }) => schnorr.sign(digest, privateKey, auxiliary),
  verifySchnorr: ({ digest, signature, publicKey }) => schnorr.verify(signature, digest, publicKey),
  addPrivate: ({ privateKey, tweak, result }) => {
    const sum = (bytesToUint(privateKey) + bytesToUint(tweak)) % order
    result.set(uintToBytes(sum, 32))
    return sum !== 0n && bytesToUint(tweak) < order
  },
  negatePrivate: ({ privateKey, result }) =>
    result.set(uintToBytes(order - bytesToUint(privateKey), 32)),
  addPublic: ({ publicKey, tweak }) => {
    const scalar = bytesToUint(tweak)
    if (scalar >= order) return undefined
    const base = point(publicKey)
    const sum = scalar === 0n ? base : base.add(Point.BASE.multiply(scalar))
    return sum.is0() ? undefined : sum.toBytes(true)
  },
}

const unused = (): never => {
  throw new Error('not part of these tests')
}

export const nobleCrypto = {
  sha256: (...parts) => sha256(concat(...parts)),
  sha512: (...parts) => sha512(concat(...parts)),
  keccak256: (...parts) => keccak_256(concat(...parts)),
  ripemd160: (bytes) => ripemd160(bytes),
  hmacSha256: unused,
  hmacSha512: unused,
  hkdfSha256: unused,
  pbkdf2Sha512: unused,
  xchacha20Poly1305: { seal: unused, open: unused },
  chacha20Poly1305: { seal: unused, open: unused },
  secp256k1: secp,
  ed25519: {
    publicKey: (key) => ed25519.getPublicKey(key),
    sign: ({ message, privateKey }) => ed25519.sign(message, privateKey),
    verify: ({ message, signature, publicKey }) => ed25519.verify(signature, message, publicKey),
  },
  p256: {
    isPrivateKey: (key) => p256.utils.isValidSecretKey(key),
    parsePublicKey: unused,
    publicKey: (key) => p256.getPublicKey(key, true),
    uncompressed: (key) => p256.Point.fromBytes(key).toBytes(false),
    sign: ({ message, privateKey }) => p256.sign(sha256(message), privateKey, raw),
    signDigest: ({ digest, privateKey }) => p256.sign(digest, privateKey, raw),
    verify: ({ message, signature, publicKey }) =>
      p256.verify(signature, sha256(message), publicKey, raw),
    verifyDigest: ({ digest, signature, publicKey }) =>
      p256.verify(signature, digest, publicKey, raw),
  },
  x25519: { publicKey: unused, agree: unused },
  secret: (length) => new BufferSecret(new Uint8Array(length)),
  secretFrom: (bytes) => new BufferSecret(bytes),
  arena: () => ({ slots: 0, used: 0, locked: false }),
} satisfies Crypto
