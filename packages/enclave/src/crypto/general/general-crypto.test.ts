import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { describe, expect, it } from 'vitest'
import { createGeneralCrypto } from './general-crypto.ts'

const general = createGeneralCrypto()
const none = new Uint8Array(0)

describe('the general cryptography', () => {
  it('wraps as RFC 3394 §4.1 says', () => {
    const input = {
      cipher: 'id-aes128-wrap',
      key: fromHex('000102030405060708090A0B0C0D0E0F'),
      iv: fromHex('a6a6a6a6a6a6a6a6'),
      data: fromHex('00112233445566778899AABBCCDDEEFF'),
      padding: false,
    }
    const { data } = general.encrypt(input)
    expect(toHex(data)).toBe('1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5')
    expect(general.decrypt({ ...input, data })).toEqual(input.data)
  })

  it('refuses a changed tag, ciphertext and associated data of GCM', () => {
    const input = {
      cipher: 'aes-gcm',
      key: fromHex('00'.repeat(16)),
      iv: fromHex('00'.repeat(12)),
      data: utf8('data'),
      padding: false,
      associatedData: utf8('about'),
    }
    const { data, tag } = general.encrypt(input)
    const sealed = { ...input, data, tag }
    expect(general.decrypt(sealed)).toEqual(input.data)
    const flipped = (bytes: Uint8Array): Uint8Array => bytes.with(0, bytes[0]! ^ 1)
    for (const wrong of [
      { ...sealed, data: flipped(data) },
      { ...sealed, tag: flipped(tag!) },
      { ...sealed, associatedData: utf8('About') },
      { ...sealed, tag: undefined },
    ]) {
      expect(() => general.decrypt(wrong)).toThrow('bad_seal')
    }
  })

  it('encrypts a stream as it encrypts the whole', () => {
    const input = {
      cipher: 'aes-cbc',
      key: fromHex('01'.repeat(32)),
      iv: fromHex('02'.repeat(16)),
      padding: true,
    }
    const stream = general.startEncrypt(input)
    const first = stream.update(utf8('a first part, '))
    const second = stream.update(utf8('and a second one'))
    const joined = toHex(first) + toHex(second) + toHex(stream.final().data)
    const data = utf8('a first part, and a second one')
    expect(joined).toBe(toHex(general.encrypt({ ...input, data }).data))
  })

  it('pads with OAEP of two hashes, and tells no wrong padding from another', () => {
    const { privateKey, publicKey } = general.generateKeyPair({
      type: 'rsa',
      bits: 2048,
      exponent: 65_537,
    })
    const padding = { type: 'oaep', hash: 'sha384', maskHash: 'sha1', label: utf8('l') } as const
    const sealed = general.rsaEncrypt(publicKey, padding, utf8('secret'))
    expect(general.rsaDecrypt(privateKey, padding, sealed)).toEqual(utf8('secret'))
    const said = [
      { ...padding, label: none },
      { ...padding, maskHash: 'sha256' },
    ].map((wrong) => {
      try {
        return general.rsaDecrypt(privateKey, wrong, sealed)
      } catch (error) {
        return String(error)
      }
    })
    expect(new Set(said).size).toBe(1)
    expect(said[0]).toContain('bad_seal')
  })

  it('refuses keys that are none', () => {
    expect(() => general.readPrivateKey(utf8('junk'), 'pkcs8')).toThrow('bad_key')
    expect(() => general.readPublicKey(utf8('junk'), 'spki')).toThrow('bad_key')
    expect(() => general.readCertificate(utf8('junk'))).toThrow('bad_key')
  })
})
