import { fromHex, toHex } from '@holdfast/base/bytes'
import { getAddress } from 'ethers'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testCrypto } from '../testing/sign-payload.ts'
import { checksumAddress, ethereumAddress, parseAddress } from './address.ts'

describe('Ethereum addresses', () => {
  // EIP-55 §Test Cases.
  it.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('writes %s as EIP-55 does', (address) => {
    expect(checksumAddress(fromHex(address.slice(2)), testCrypto)).toBe(address)
  })

  it('agrees with ethers on any address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const address = checksumAddress(bytes, testCrypto)
        expect(address).toBe(getAddress(`0x${toHex(bytes)}`))
        expect(parseAddress(address, testCrypto)).toEqual(bytes)
      }),
    )
  })

  it('is the address of the known key 1', () => {
    const key = new Uint8Array(32)
    key[31] = 1
    expect(ethereumAddress(testCrypto.secp256k1.publicKey(key), testCrypto)).toBe(
      '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
    )
  })

  it('reads no address with a wrong checksum, length or prefix', () => {
    const right = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
    expect(parseAddress(right.replace('aA', 'Aa'), testCrypto)).toBeUndefined()
    expect(parseAddress(right.slice(0, -1), testCrypto)).toBeUndefined()
    expect(parseAddress(right.slice(2), testCrypto)).toBeUndefined()
  })
})
