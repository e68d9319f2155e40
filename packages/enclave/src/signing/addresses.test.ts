import { fromHex } from '@holdfast/base/bytes'
import type { BitcoinNetwork, BitcoinScript } from '@holdfast/base/chain'
import { HDKey } from '@scure/bip32'
import { mnemonicToSeedSync } from '@scure/bip39'
import { Address, NETWORK, OutScript, p2pkh, p2sh, p2tr, p2wpkh } from '@scure/btc-signer'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf } from './addresses.ts'
import { childKey } from './bitcoin/child-key.ts'
import { scriptAddress } from './bitcoin/script-address.ts'
import { testCrypto } from './testing/sign-payload.ts'

const words = `${'abandon '.repeat(11)}about`
const root = HDKey.fromMasterSeed(mnemonicToSeedSync(words))

const firstAddress = (path: string, script: BitcoinScript, network: BitcoinNetwork, change = 0) => {
  const account = root.derive(path)
  const keys = { publicKey: account.publicKey!, chainCode: account.chainCode! }
  const child = childKey(childKey(keys, change, testCrypto)!, 0, testCrypto)!
  return addressOf({
    chain: 'bitcoin',
    publicKey: child.publicKey,
    script,
    network,
    crypto: testCrypto,
  })
}

describe('addresses', () => {
  it.each([
    // BIP-84 and BIP-86 §Test vectors; BIP-49 §Test vectors; BIP-44 by the same words.
    ['p2wpkh', "m/84'/0'/0'", 'mainnet', 0, 'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu'],
    ['p2wpkh', "m/84'/0'/0'", 'mainnet', 1, 'bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el'],
    [
      'p2tr',
      "m/86'/0'/0'",
      'mainnet',
      0,
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    ],
    [
      'p2tr',
      "m/86'/0'/0'",
      'mainnet',
      1,
      'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7',
    ],
    ['p2sh-p2wpkh', "m/49'/1'/0'", 'testnet', 0, '2Mww8dCYPUpKHofjgcXcBCEGmniw9CoaiD2'],
    ['p2pkh', "m/44'/0'/0'", 'mainnet', 0, '1LqBGSKuX5yYUonjxT5qGfpUsXKYYWeabA'],
  ] as const)(
    'of %s accounts at %s are the published ones',
    (script, path, network, branch, is) => {
      expect(firstAddress(path, script, network, branch)).toBe(is)
    },
  )

  it('agree with @scure/btc-signer for any key', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
        if (!testCrypto.secp256k1.isPrivateKey(key)) return
        const publicKey = testCrypto.secp256k1.publicKey(key)
        const of = (script: BitcoinScript) =>
          addressOf({ chain: 'bitcoin', publicKey, script, crypto: testCrypto })
        expect(of('p2pkh')).toBe(p2pkh(publicKey).address)
        expect(of('p2wpkh')).toBe(p2wpkh(publicKey).address)
        expect(of('p2sh-p2wpkh')).toBe(p2sh(p2wpkh(publicKey)).address)
        expect(of('p2tr')).toBe(p2tr(publicKey.slice(1)).address)
      }),
      { numRuns: 100 },
    )
  })

  it('name every standard script as @scure/btc-signer does, and any other by its bytes', () => {
    const hash = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
    const standard = fc.oneof(
      hash(20).map((bytes) => OutScript.encode({ type: 'pkh', hash: bytes })),
      hash(20).map((bytes) => OutScript.encode({ type: 'sh', hash: bytes })),
      hash(20).map((bytes) => OutScript.encode({ type: 'wpkh', hash: bytes })),
      hash(32).map((bytes) => OutScript.encode({ type: 'wsh', hash: bytes })),
    )
    fc.assert(
      fc.property(standard, (script) => {
        expect(scriptAddress(script, 'mainnet', testCrypto)).toBe(
          Address(NETWORK).encode(OutScript.decode(script)),
        )
      }),
      { numRuns: 100 },
    )
    expect(scriptAddress(fromHex('6a0401020304'), 'mainnet', testCrypto)).toBe('6a0401020304')
    expect(scriptAddress(new Uint8Array(200), 'mainnet', testCrypto)).toMatch(/^sha256:/)
  })

  it('of Solana are Base58', () => {
    const publicKey = new Uint8Array(32)
    expect(addressOf({ chain: 'solana', publicKey, crypto: testCrypto })).toBe('1'.repeat(32))
  })
})
