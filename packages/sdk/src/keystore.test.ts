import { fromUtf8, toHex, utf8 } from '@holdfast/base/bytes'
import { computeAddress, encryptKeystoreJsonSync } from 'ethers'
import { describe, expect, it } from 'vitest'
import { openKeystore } from './keystore.ts'

/**
 * Test vectors of the Web3 Secret Storage Definition, ethereum.org
 * (developers/docs/data-structures-and-encoding/web3-secret-storage), MIT licence.
 */
const privateKey = '7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'
const pbkdf2File = {
  crypto: {
    cipher: 'aes-128-ctr',
    cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
    ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
    kdf: 'pbkdf2',
    kdfparams: {
      c: 262144,
      dklen: 32,
      prf: 'hmac-sha256',
      salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
    },
    mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
  },
  id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
  version: 3,
}
const password = 'testpassword'
const bytesOf = (file: unknown) => utf8(JSON.stringify(file))
const changed = (change: object, params: object = {}) =>
  bytesOf({
    ...pbkdf2File,
    crypto: {
      ...pbkdf2File.crypto,
      ...change,
      kdfparams: { ...pbkdf2File.crypto.kdfparams, ...params },
    },
  })

describe('an Ethereum keystore', () => {
  it('opens the published PBKDF2 vector', async () => {
    using key = await openKeystore(bytesOf(pbkdf2File), password)
    expect(key.use(toHex)).toBe(privateKey)
  })

  it('opens what ethers wrote with scrypt', async () => {
    const account = { address: computeAddress(`0x${privateKey}`), privateKey: `0x${privateKey}` }
    const text = encryptKeystoreJsonSync(account, password, { scrypt: { N: 1024, r: 8, p: 1 } })
    const scrypt = text.replace('"Crypto"', '"crypto"')
    using key = await openKeystore(utf8(scrypt), password)
    expect(key.use(toHex)).toBe(privateKey)
    using same = await openKeystore(utf8(scrypt.replace('"crypto"', '"Crypto"')), password)
    expect(same.use(toHex)).toBe(privateKey)
  })

  it('refuses a wrong passphrase', async () => {
    await expect(openKeystore(bytesOf(pbkdf2File), 'other')).rejects.toThrow('wrong_passphrase')
  })

  it('refuses a file that asks for endless work', async () => {
    const rounds = openKeystore(changed({}, { c: 4_000_000_000 }), password)
    await expect(rounds).rejects.toThrow('unsupported')
    const params = { n: 2 ** 30, r: 8, p: 1, dklen: 32, salt: '00' }
    const memory = openKeystore(
      bytesOf({ version: 3, crypto: { ...pbkdf2File.crypto, kdf: 'scrypt', kdfparams: params } }),
      password,
    )
    await expect(memory).rejects.toThrow('unsupported')
  })

  it('refuses another version, another cipher and text that is no JSON', async () => {
    const versions = openKeystore(bytesOf({ ...pbkdf2File, version: 1 }), password)
    await expect(versions).rejects.toThrow('invalid_field')
    const cipher = openKeystore(changed({ cipher: 'aes-128-cbc' }), password)
    await expect(cipher).rejects.toThrow('invalid_field')
    await expect(openKeystore(utf8('{'), password)).rejects.toThrow('malformed')
  })

  it('keeps the passphrase and the key out of its errors', async () => {
    const error: unknown = await openKeystore(bytesOf(pbkdf2File), 'hunter2').catch((e) => e)
    expect(JSON.stringify(error) + String(error) + fromUtf8(utf8(String(error)))).not.toContain(
      'hunter2',
    )
  })
})
