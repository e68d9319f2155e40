import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromHex, utf8 } from '@holdfast/base/bytes'
import { BufferSecret } from '@holdfast/base/secret'
import {
  type AccountRequest,
  type Client,
  type ImportSource,
  type KeyRequest,
  secretText,
  senderOfTransaction,
  type Wallet,
} from '@holdfast/sdk'
import { base58 } from '@scure/base'
import { computeAddress, HDNodeWallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startMesh, type TestMesh } from '../support/mesh.ts'
import { inventoryOf } from '../support/store-names.ts'
import { accountOf, refusalOf, transfer, whenSettled } from '../support/wallets.ts'

let mesh: TestMesh
let client: Client
beforeAll(async () => {
  mesh = await startMesh()
  client = await mesh.connect()
}, 120_000)
afterAll(() => mesh?.stop())

const bring = async (
  kind: KeyRequest['kind'],
  source: ImportSource,
  ...accounts: readonly AccountRequest[]
): Promise<Wallet> => {
  const keys = [{ name: 'brought', kind, source, accounts }]
  return (await client.importWallet({ name: 'brought', keys })).wallet
}

const raw = (hex: string): ImportSource => ({
  format: 'raw',
  secret: new BufferSecret(fromHex(hex)),
})
const pkcs8 = (der: Uint8Array): ImportSource => ({
  format: 'pkcs8',
  secret: new BufferSecret(Uint8Array.from(der)),
})
const mnemonic = (words: string, passphrase?: string): ImportSource => ({
  format: 'mnemonic',
  secret: secretText(words),
  ...(passphrase === undefined ? {} : { passphrase: secretText(passphrase) }),
})

const about = `${'abandon '.repeat(11)}about`
const ethereum: AccountRequest = { chain: 'ethereum' }

const ecKey = (curve: 'secp256k1' | 'prime256v1') => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: curve })
  const { x = '', y = '' } = privateKey.export({ format: 'jwk' })
  const [left, right] = [Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]
  return {
    der: privateKey.export({ format: 'der', type: 'pkcs8' }),
    compressed: `${right.at(-1)! % 2 === 0 ? '02' : '03'}${left.toString('hex')}`,
  }
}

describe('a key that its owner brings', () => {
  it('as raw bytes has the address that everyone knows of it', async () => {
    const wallet = await bring('secp256k1', raw(`${'00'.repeat(31)}01`), ethereum)
    // The generator point of secp256k1 (SEC 2 §2.4.1).
    const generator = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
    expect(wallet.keys[0]).toMatchObject({ provenance: 'imported', publicKey: generator })
    expect(accountOf(wallet, 'ethereum').address).toBe(computeAddress(`0x${generator}`))
  })

  it('in wallet import format has the address of the published example', async () => {
    // Bitcoin wiki, "Wallet import format"; the compressed form of the same key.
    const text = 'KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98617'
    const source: ImportSource = { format: 'wif', secret: secretText(text) }
    const wallet = await bring('secp256k1', source, { chain: 'bitcoin', script: 'p2pkh' })
    expect(accountOf(wallet, 'bitcoin').address).toBe('1LoVGDgRs9hTfTNJNuXKSpywcbdvwRXpmK')
  })

  it('as a phrase has the addresses of BIP-84 and BIP-86', async () => {
    const bitcoin = ['p2wpkh', 'p2tr'] as const
    const accounts = bitcoin.map((script) => ({ chain: 'bitcoin' as const, script }))
    const wallet = await bring('bip39', mnemonic(about), ...accounts)
    expect(bitcoin.map((script) => accountOf(wallet, 'bitcoin', script).address)).toEqual([
      'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
    ])
  })

  it.each(['TREZOR', '𝔭ass Ⅳ é'])('as a phrase with the passphrase %s', async (passphrase) => {
    const wallet = await bring('bip39', mnemonic(about, passphrase), ethereum)
    const account = accountOf(wallet, 'ethereum')
    const expected = HDNodeWallet.fromPhrase(about, passphrase, account.path)
    expect(account.address).toBe(expected.address)
    const { signed } = await client.sign({ wallet: wallet.id, account: account.id }, transfer())
    if (signed.kind !== 'ethereum.transaction') throw new Error('another kind')
    expect(senderOfTransaction(fromHex(signed.transaction))).toBe(expected.address)
  })

  it.each([
    ['secp256k1', 'secp256k1'],
    ['p256', 'prime256v1'],
  ] as const)('as PKCS#8 of %s has its public key', async (kind, curve) => {
    const { der, compressed } = ecKey(curve)
    expect((await bring(kind, pkcs8(der))).keys[0]!.publicKey).toBe(compressed)
  })

  it('as PKCS#8 of Ed25519 has its address', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const der = privateKey.export({ format: 'der', type: 'pkcs8' })
    const wallet = await bring('ed25519', pkcs8(der), { chain: 'solana' })
    const x = Buffer.from(privateKey.export({ format: 'jwk' }).x!, 'base64url')
    expect(accountOf(wallet, 'solana').address).toBe(base58.encode(x))
  })

  it('as an Ethereum keystore of version 3 has its address', async () => {
    // Web3 Secret Storage Definition, test vector for PBKDF2.
    const file = readFileSync(join(import.meta.dirname, '../sdk/vectors/keystore-v3.json'))
    const source: ImportSource = { format: 'keystore', file, password: 'testpassword' }
    const wallet = await bring('secp256k1', source, ethereum)
    const { address } = accountOf(wallet, 'ethereum')
    expect(address.toLowerCase()).toBe('0x008aeeda4d805471df9b2a5b0f38a0c3bcba786b')
  })
})

const inventories = () => mesh.nodes.map(({ dir }) => inventoryOf(dir))

const order = {
  secp256k1: 'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
  p256: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
}

describe('a key that is none', () => {
  const wrongWif = 'KwdMAjGmerYanjeui5SHS7JkmpZvVipYvB2LJGU1ZxJwYvP98618'
  const cases: readonly (readonly [string, KeyRequest['kind'], () => ImportSource, string])[] = [
    [
      'a phrase with a wrong checksum',
      'bip39',
      () => mnemonic('abandon '.repeat(12).trim()),
      'bad_checksum',
    ],
    [
      'a phrase with an unknown word',
      'bip39',
      () => mnemonic(about.replace('about', 'abouts')),
      'bad_key',
    ],
    ['a phrase of eleven words', 'bip39', () => mnemonic('abandon '.repeat(11).trim()), 'bad_key'],
    [
      'a WIF with a wrong checksum',
      'secp256k1',
      () => ({ format: 'wif', secret: secretText(wrongWif) }),
      'bad_checksum',
    ],
    ['the scalar zero', 'secp256k1', () => raw('00'.repeat(32)), 'bad_key'],
    ['the order of secp256k1', 'secp256k1', () => raw(order.secp256k1), 'bad_key'],
    ['the order of P-256', 'p256', () => raw(order.p256), 'bad_key'],
    ['31 bytes', 'ed25519', () => raw('01'.repeat(31)), 'bad_key'],
    ['a key of another curve', 'secp256k1', () => pkcs8(ecKey('prime256v1').der), 'wrong_curve'],
    [
      'a WIF for another curve',
      'p256',
      () => ({ format: 'wif', secret: secretText(wrongWif) }),
      'wrong_curve',
    ],
    [
      'PKCS#8 with bytes behind it',
      'p256',
      () => pkcs8(Buffer.concat([ecKey('prime256v1').der, Buffer.of(0)])),
      'malformed',
    ],
  ]

  it.each(cases)('is refused: %s', async (_name, kind, source, code) => {
    await whenSettled(client)
    const before = inventories()
    expect(await refusalOf(bring(kind, source()))).toBe(code)
    expect(inventories()).toEqual(before)
  })

  it('is refused here where a keystore does not open, and nothing leaves', async () => {
    const file = utf8(
      readFileSync(join(import.meta.dirname, '../sdk/vectors/keystore-v3.json'), 'utf8'),
    )
    const source: ImportSource = { format: 'keystore', file, password: 'testpassworD' }
    expect(await refusalOf(bring('secp256k1', source))).toBe('wrong_passphrase')
  })

  it('leaves no wallet behind, even where it stands beside good keys', async () => {
    await whenSettled(client)
    const before = inventories()
    const good = { name: 'good', kind: 'bip39', source: mnemonic(about), accounts: [] } as const
    const bad = { name: 'bad', kind: 'p256', source: raw('00'.repeat(32)), accounts: [] } as const
    const both = client.importWallet({ name: 'both', keys: [good, bad] })
    expect(await refusalOf(both)).toBe('bad_key')
    expect(inventories()).toEqual(before)
  })
})
