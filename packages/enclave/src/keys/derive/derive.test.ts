import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, toHex } from '@holdfast/base/bytes'
import type { Chain } from '@holdfast/base/chain'
import type { Secret } from '@holdfast/base/secret'
import { HDKey } from '@scure/bip32'
import * as fc from 'fast-check'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { testCrypto, testEntropy } from '../../crypto/testing/test-crypto.ts'
import { type KeyMaterial, keyMaterial } from '../key-material.ts'
import { accountPublic, keyPublic } from './account-public.ts'
import { childPrivateKey, masterKey } from './bip32.ts'
import { derivePublic } from './bip32-public.ts'
import { hardenedFrom, parsePath } from './derivation-path.ts'
import { openAccountKey } from './open-account-key.ts'
import { childSeed, masterSeed } from './slip10.ts'

const crypto = await testCrypto()
afterAll(() => crypto[Symbol.dispose]())
const used = crypto.arena().used
beforeEach(() => expect(crypto.arena().used).toBe(used))

const hex = (secret: Secret): string => secret.use((bytes) => toHex(bytes))

type Vector = { readonly seed: string; readonly chain: Readonly<Record<string, string>> }

/** Path → xprv, in four vectors. */
const bip32 = JSON.parse(
  readFileSync(join(import.meta.dirname, 'vectors/bip-0032.json'), 'utf8'),
) as readonly Vector[]

/** SLIP-10 §Test vector 1 for ed25519 (github.com/satoshilabs/slips): path → chain code, key. */
const slip10 = {
  seed: '000102030405060708090a0b0c0d0e0f',
  chain: [
    [
      '90046a93de5380a72b5e45010748567d5ea02bbf6522f979e05c0d8d8ca9fffb',
      '2b4be7f19ee27bbf30c667b642d5f4aa69fd169872f8fc3059c08ebae2eb19e7',
    ],
    [
      '8b59aa11380b624e81507a27fedda59fea6d0b779a778918a2fd3590e16e9c69',
      '68e0fe46dfb67e368c75379acec591dad19df3cde26e63b93a8e704f1dade7a3',
    ],
    [
      'a320425f77d1b5c2505a6b1b27382b37368ee640e3557c315416801243552f14',
      'b1d0bad404bf35da785a64ca1ac54b2617211d2777696fbffaf208f746ae84f2',
    ],
    [
      '2e69929e00b5ab250f49c3fb1c12f252de4fed2c1db88387094a0f8c4c9ccd6c',
      '92a5b23c0b8a99e37d07df3fb9966917f5d06e02ddbd909c7e184371463e9fc9',
    ],
    [
      '8f6d87f93d750e0efccda017d662a1b31a266e4a6f5993b15f5c1f07f74dd5cc',
      '30d1dc7e5fc04c31219ab25a27ae00b50f6fd66622f6e9c913253d6511d1e662',
    ],
    [
      '68789923a0cac2cd5a29172a475fe9e0fb14cd6adb5ad98a3fa70333e7afa230',
      '8f94d394a8e8fd6b1bc2f3f49f5c47e385281d5c17e65324b0f62483e37e8793',
    ],
  ],
  indexes: [0, 1, 2, 2, 1_000_000_000],
}

const walk = (
  seed: Uint8Array,
  path: string,
  [master, child] = [masterKey, childPrivateKey] as const,
): Secret => {
  let key = master(seed, crypto)
  for (const index of path === 'm' ? [] : parsePath(path)) {
    using parent = key
    key = child(parent, index, crypto)
  }
  return key
}

const phrase = (entropy: string): KeyMaterial =>
  keyMaterial({
    kind: 'bip39',
    provenance: 'imported',
    secret: crypto.secretFrom(fromHex(entropy)),
  })
const single = (kind: 'secp256k1' | 'ed25519' | 'p256'): KeyMaterial =>
  keyMaterial({
    kind,
    provenance: 'generated',
    secret: crypto.secretFrom(new Uint8Array(32).fill(7)),
  })

describe('BIP-32', () => {
  it('derives the private keys and chain codes of its test vectors', () => {
    let count = 0
    for (const { seed, chain } of bip32) {
      for (const [path, xprv] of Object.entries(chain)) {
        using key = walk(fromHex(seed), path)
        const expected = HDKey.fromExtendedKey(xprv)
        expect(hex(key)).toBe(toHex(expected.privateKey!) + toHex(expected.chainCode!))
        count += 1
      }
    }
    expect(count).toBe(17)
  })

  it('agrees with @scure/bip32 on any seed and path', () => {
    const seeds = fc.uint8Array({ minLength: 16, maxLength: 64 })
    const indexes = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(seeds, indexes, (seed, steps) => {
        const path = `m/${steps
          .map((step) => (step >= hardenedFrom ? `${step - hardenedFrom}'` : `${step}`))
          .join('/')}`
        using key = walk(seed, path)
        const expected = HDKey.fromMasterSeed(seed).derive(path)
        expect(hex(key)).toBe(toHex(expected.privateKey!) + toHex(expected.chainCode!))
      }),
      { numRuns: 15 },
    )
  })

  it('derives publicly what it derives privately', () => {
    const seed = testEntropy.bytes(32)
    const account = HDKey.fromMasterSeed(seed).derive("m/84'/0'/0'")
    const parent = { publicKey: account.publicKey!, chainCode: account.chainCode! }
    for (const steps of [[0, 0], [1, 19], [2 ** 31 - 1]]) {
      const child = derivePublic(parent, steps, { crypto })
      using key = walk(seed, `m/84'/0'/0'/${steps.join('/')}`)
      key.use((bytes) => {
        expect(crypto.secp256k1.publicKey(bytes.subarray(0, 32))).toEqual(child.publicKey)
        expect(child.chainCode).toEqual(Uint8Array.from(bytes.subarray(32)))
      })
    }
    expect(() => derivePublic(parent, [hardenedFrom], { crypto })).toThrow('invalid_field')
  })
})

describe('SLIP-10', () => {
  it('derives the keys and chain codes of its test vector', () => {
    for (const [depth, [chainCode, key]] of slip10.chain.entries()) {
      const steps = slip10.indexes.slice(0, depth).map((index) => `/${index}'`)
      using found = walk(fromHex(slip10.seed), `m${steps.join('')}`, [masterSeed, childSeed])
      expect(hex(found)).toBe(`${key}${chainCode}`)
    }
  })

  it('refuses a step that is not hardened', () => {
    using master = masterSeed(fromHex(slip10.seed), crypto)
    expect(() => childSeed(master, 0, crypto)).toThrow('invalid_field')
  })
})

describe('the accounts of a seed phrase', () => {
  const abandon = '00'.repeat(16)

  it('has the keys that wallets know for "abandon … about"', () => {
    using material = phrase(abandon)
    const bitcoin = accountPublic(material, { chain: 'bitcoin' }, { crypto })
    // BIP-84 §Test vectors: account 0 and its first receiving key.
    const zpub = HDKey.fromMasterSeed(
      fromHex(
        '5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc1' +
          '9a5ac40b389cd370d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4',
      ),
    ).derive("m/84'/0'/0'")
    expect(bitcoin.path).toBe("m/84'/0'/0'")
    expect(bitcoin.publicKey).toEqual(zpub.publicKey)
    expect(bitcoin.chainCode).toEqual(zpub.chainCode)
    expect(toHex(bitcoin.addressKey)).toBe(
      '0330d54fd0dd420a6e5f8d3624f5f3482cae350f79d5f0753bf5beef9c2d91af3c',
    )
  })

  it.each([
    ['ethereum', "m/44'/60'/0'/0/0"],
    ['solana', "m/44'/501'/0'/0'"],
  ] as const)('opens the private key of the public one it shows: %s', (chain, path) => {
    using material = phrase(abandon)
    const shown = accountPublic(material, { chain }, { crypto })
    expect(shown.path).toBe(path)
    using key = openAccountKey(material, { chain, path }, [], { crypto })
    const curve = chain === 'solana' ? crypto.ed25519 : crypto.secp256k1
    expect(key.use((bytes) => curve.publicKey(bytes))).toEqual(shown.publicKey)
    expect(shown.chainCode).toBeUndefined()
  })

  it('opens the keys below a Bitcoin account by its steps', () => {
    using material = phrase(abandon)
    const shown = accountPublic(material, { chain: 'bitcoin', script: 'p2tr' }, { crypto })
    const { publicKey, chainCode } = shown
    const steps = [1, 5]
    const child = derivePublic({ publicKey, chainCode: chainCode! }, steps, { crypto })
    const account = { chain: 'bitcoin' as Chain, path: shown.path! }
    using key = openAccountKey(material, account, steps, { crypto })
    expect(key.use((bytes) => crypto.secp256k1.publicKey(bytes))).toEqual(child.publicKey)
  })

  it('refuses no path, a path of another form, and soft steps on Solana', () => {
    using material = phrase(abandon)
    const open = (chain: Chain, path?: string, steps: number[] = []) =>
      openAccountKey(material, { chain, ...(path === undefined ? {} : { path }) }, steps, {
        crypto,
      })
    expect(() => open('ethereum')).toThrow('invalid_field')
    expect(() => open('solana', "m/44'/501'/0")).toThrow('invalid_field')
    for (const path of ['m', 'm/', '1/2', 'm/2147483648', 'm/x', "m/1''", 'm/1.5', 'm/-1']) {
      expect(() => open('ethereum', path)).toThrow('invalid_field')
    }
    expect(() => openAccountKey(material, undefined, [], { crypto })).toThrow('invalid_field')
  })
})

describe('the account of a single key', () => {
  it('is the key itself, without a path', () => {
    using material = single('secp256k1')
    const shown = accountPublic(material, { chain: 'ethereum' }, { crypto })
    expect(shown).toEqual({
      chain: 'ethereum',
      publicKey: keyPublic(material, { crypto }),
      addressKey: keyPublic(material, { crypto }),
    })
    using key = openAccountKey(material, { chain: 'ethereum' }, [], { crypto })
    expect(hex(key)).toBe('07'.repeat(32))
  })

  it('refuses a chain of another curve, a path, and steps', () => {
    using material = single('p256')
    using other = single('ed25519')
    const account = { chain: 'ethereum' } as const
    expect(() => openAccountKey(material, account, [], { crypto })).toThrow('wrong_curve')
    expect(() => accountPublic(other, account, { crypto })).toThrow('wrong_curve')
    const solana = { chain: 'solana' } as const
    expect(() => openAccountKey(other, solana, [0], { crypto })).toThrow('invalid_field')
    expect(() => accountPublic(other, { ...solana, path: "m/44'/501'" }, { crypto })).toThrow(
      'invalid_field',
    )
    expect(() => accountPublic(other, { ...solana, script: 'p2tr' }, { crypto })).toThrow(
      'invalid_field',
    )
  })
})
