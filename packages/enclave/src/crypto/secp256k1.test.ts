import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { equalBytes, fromHex, toHex } from '@holdfast/base/bytes'
import { secp256k1 as noble, schnorr } from '@noble/curves/secp256k1.js'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { findProgram } from '../../../../tests/support/program.ts'
import type { Secp256k1 } from '../ports/crypto.ts'
import { createArena } from './arena.ts'
import { createEntropy } from './entropy.ts'
import { secp256k1Order } from './scalar.ts'
import { createKoffiSecp256k1 } from './secp256k1-koffi.ts'
import { findSecp256k1Library } from './secp256k1-library.ts'
import { createWasmSecp256k1 } from './secp256k1-wasm.ts'

const entropy = createEntropy()
const arena = createArena([{ slotBytes: 1024, slots: 4 }])
const library = findSecp256k1Library()
if (library === undefined) {
  findProgram({
    program: 'libsecp256k1.so',
    install: 'apt-get install libsecp256k1-1',
    paths: ['/usr/lib/libsecp256k1.so'].filter((path) => existsSync(path)),
  })
}
const wasm = createWasmSecp256k1({ seed: entropy.bytes(32) })
const backends: readonly (readonly [string, Secp256k1])[] = [
  ...(library === undefined
    ? []
    : [['koffi', createKoffiSecp256k1({ library, arena, seed: entropy.bytes(32) })] as const]),
  ['wasm', wasm],
]
afterAll(() => library?.[Symbol.dispose]())

const hash = (text: string): Uint8Array =>
  new Uint8Array(createHash('sha256').update(text).digest())

/**
 * RFC 6979 with SHA-256 on secp256k1. The RFC has no vectors for this curve; these were published
 * on bitcointalk.org (topic 285142) and are carried by Trezor, CoreBitcoin and noble.
 */
const deterministic = [
  {
    key: '01',
    message: 'Satoshi Nakamoto',
    signature:
      '934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8' +
      '2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5',
  },
  {
    key: '01',
    message: 'All those moments will be lost in time, like tears in rain. Time to die...',
    signature:
      '8600dbd41e348fe5c9465ab92d23e3db8b98b873beecd930736488696438cb6b' +
      '547fe64427496db33bf66019dacbf0039c04199abb0122918601db38a72cfc21',
  },
  {
    key: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140',
    message: 'Satoshi Nakamoto',
    signature:
      'fd567d121db66e382991534ada77a6bd3106f0a1098c231e47993447cd6af2d0' +
      '6b39cd0eb1bc8603e159ef5c20a5c8ad685a45b06ce9bebed3f153d10d93bed5',
  },
  {
    key: 'f8b8af8ce3c7cca5e300d33939540c10d45ce001b8f252bfbc57ba0342904181',
    message: 'Alan Turing',
    signature:
      '7063ae83e7f62bbb171798131b4a0564b956930092b33b07b395615d9ec7e15c' +
      '58dfcc1e00a35e1572f366ffe34ba0fc47db1e7189759b9fb233c5b05ab388ea',
  },
] as const

const bip340 = readFileSync(join(import.meta.dirname, 'vectors/bip-0340.csv'), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => {
    const [index, privateKey, publicKey, auxiliary, digest, signature, result] = line.split(',')
    const bytes = (text: string | undefined) => fromHex(text!)
    return {
      index,
      privateKey: bytes(privateKey),
      publicKey: bytes(publicKey),
      auxiliary: bytes(auxiliary),
      digest: bytes(digest),
      signature: bytes(signature),
      valid: result === 'TRUE',
    }
  })

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const privateKeys = bytes32.filter((key) => noble.utils.isValidSecretKey(key))
const zero = new Uint8Array(32)
const one = fromHex('01'.padStart(64, '0'))

describe.each(backends)('secp256k1 by %s', (_, secp256k1) => {
  it('names its library and version', () => {
    expect(secp256k1.backend).toMatch(/^libsecp256k1 \((koffi, lib\S+|WebAssembly, \S+ 2\.2\.4)\)$/)
  })

  it('derives nonces by RFC 6979', () => {
    for (const { key, message, signature } of deterministic) {
      const digest = hash(message)
      const privateKey = fromHex(key.padStart(64, '0'))
      const signed = secp256k1.sign({ digest, privateKey })
      expect(toHex(signed.signature)).toBe(signature)
      const publicKey = secp256k1.publicKey(privateKey)
      expect(secp256k1.verify({ digest, signature: signed.signature, publicKey })).toBe(true)
    }
  })

  it('agrees with the vectors of BIP-340', () => {
    expect(bip340).toHaveLength(15)
    for (const vector of bip340) {
      expect(secp256k1.verifySchnorr(vector), `verify ${vector.index}`).toBe(vector.valid)
      if (vector.privateKey.length === 0) continue
      expect(toHex(secp256k1.signSchnorr(vector))).toBe(toHex(vector.signature))
      expect(secp256k1.publicKey(vector.privateKey).slice(1)).toEqual(vector.publicKey)
    }
  })

  it('signs as noble does, with the same recovery id', () => {
    fc.assert(
      fc.property(privateKeys, bytes32, bytes32, (privateKey, digest, auxiliary) => {
        const publicKey = secp256k1.publicKey(privateKey)
        expect(publicKey).toEqual(noble.getPublicKey(privateKey))
        const { signature, recovery } = secp256k1.sign({ digest, privateKey })
        const theirs = noble.sign(digest, privateKey, { prehash: false, format: 'recovered' })
        expect(toHex(Uint8Array.of(recovery, ...signature))).toBe(toHex(theirs))
        expect(secp256k1.verify({ digest, signature, publicKey })).toBe(true)
        expect(secp256k1.signSchnorr({ digest, privateKey, auxiliary })).toEqual(
          schnorr.sign(digest, privateKey, auxiliary),
        )
      }),
      { numRuns: 15 },
    )
  })

  it('adds and negates as noble does', () => {
    fc.assert(
      fc.property(privateKeys, privateKeys, (privateKey, tweak) => {
        const result = new Uint8Array(32)
        const publicKey = secp256k1.publicKey(privateKey)
        expect(secp256k1.addPrivate({ privateKey, tweak, result })).toBe(true)
        const sum = noble.Point.fromBytes(publicKey).add(
          noble.Point.BASE.multiply(noble.Point.Fn.fromBytes(tweak)),
        )
        expect(secp256k1.publicKey(result)).toEqual(sum.toBytes(true))
        expect(secp256k1.addPublic({ publicKey, tweak })).toEqual(sum.toBytes(true))
        secp256k1.negatePrivate({ privateKey, result })
        expect(secp256k1.publicKey(result).slice(1)).toEqual(publicKey.slice(1))
        expect(equalBytes(secp256k1.publicKey(result), publicKey)).toBe(false)
        expect(secp256k1.uncompressed(publicKey)).toEqual(
          noble.Point.fromBytes(publicKey).toBytes(false),
        )
        expect(secp256k1.parsePublicKey(secp256k1.uncompressed(publicKey))).toEqual(publicKey)
      }),
      { numRuns: 15 },
    )
  })

  it('refuses private keys and tweaks out of range', () => {
    const result = new Uint8Array(32)
    for (const wrong of [zero, secp256k1Order, zero.subarray(1), new Uint8Array(33).fill(1)]) {
      expect(secp256k1.isPrivateKey(wrong)).toBe(false)
      expect(() => secp256k1.publicKey(wrong)).toThrow('invariant')
      expect(() => secp256k1.sign({ digest: one, privateKey: wrong })).toThrow('invariant')
    }
    expect(secp256k1.isPrivateKey(one)).toBe(true)
    expect(secp256k1.addPrivate({ privateKey: one, tweak: secp256k1Order, result })).toBe(false)
    secp256k1.negatePrivate({ privateKey: one, result })
    expect(secp256k1.addPrivate({ privateKey: one, tweak: result, result })).toBe(false)
    expect(result).toEqual(zero)
    expect(secp256k1.addPrivate({ privateKey: one, tweak: zero, result })).toBe(true)
    expect(result).toEqual(one)
    const publicKey = secp256k1.publicKey(one)
    expect(secp256k1.addPublic({ publicKey, tweak: secp256k1Order })).toBeUndefined()
    const minusOne = fromHex('fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140')
    expect(secp256k1.addPublic({ publicKey, tweak: minusOne })).toBeUndefined()
  })

  it('refuses high S, values out of range, wrong keys and wrong lengths', () => {
    const digest = hash('x')
    const publicKey = secp256k1.publicKey(one)
    const { signature } = secp256k1.sign({ digest, privateKey: one })
    const s = new Uint8Array(32)
    secp256k1.negatePrivate({ privateKey: signature.subarray(32), result: s })
    const wrong = [
      Uint8Array.of(...signature.subarray(0, 32), ...s),
      Uint8Array.of(...secp256k1Order, ...signature.subarray(32)),
      Uint8Array.of(...zero, ...signature.subarray(32)),
      Uint8Array.of(...signature.subarray(0, 32), ...zero),
      signature.subarray(1),
      new Uint8Array(0),
    ]
    for (const value of wrong) {
      expect(secp256k1.verify({ digest, signature: value, publicKey })).toBe(false)
    }
    expect(secp256k1.verify({ digest: hash('y'), signature, publicKey })).toBe(false)
    expect(secp256k1.verify({ digest, signature, publicKey: new Uint8Array(33) })).toBe(false)
    expect(secp256k1.verify({ digest, signature, publicKey: publicKey.subarray(1) })).toBe(false)
    expect(secp256k1.parsePublicKey(Uint8Array.of(2, ...zero.fill(0xff, 0, 0)))).toBeUndefined()
    expect(secp256k1.verify({ digest, signature, publicKey })).toBe(true)
  })

  it('never throws at hostile public keys and signatures', () => {
    const hostile = fc.uint8Array({ maxLength: 70 })
    const digest = hash('x')
    fc.assert(
      fc.property(hostile, hostile, (publicKey, signature) => {
        secp256k1.parsePublicKey(publicKey)
        expect(secp256k1.verify({ digest, signature, publicKey })).toBe(false)
        expect(secp256k1.verifySchnorr({ digest, signature, publicKey })).toBe(false)
      }),
    )
  })
})

it('leaves no private key in the memory of the WebAssembly module', () => {
  const privateKey = entropy.bytes(32)
  const digest = hash('x')
  const result = new Uint8Array(32)
  const publicKey = wasm.publicKey(privateKey)
  wasm.sign({ digest, privateKey })
  wasm.signSchnorr({ digest, privateKey, auxiliary: digest })
  wasm.addPrivate({ privateKey, tweak: digest, result })
  wasm.negatePrivate({ privateKey, result: new Uint8Array(32) })
  expect(wasm.parsePublicKey(publicKey)).toBeDefined()
  const memory = Buffer.from(wasm.memory)
  // Scalars are kept in words of little-endian order.
  for (const secret of [privateKey, result, privateKey.toReversed(), result.toReversed()]) {
    for (let offset = 0; offset + 8 <= 32; offset += 8) {
      expect(memory.indexOf(secret.subarray(offset, offset + 8))).toBe(-1)
    }
  }
})
