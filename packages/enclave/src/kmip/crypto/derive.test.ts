import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import type { RequestPayload } from '@holdfast/kmip'
import { expect, it } from 'vitest'
import { createGeneralCrypto } from '../../crypto/general/general-crypto.ts'
import type { Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import { deriveBytes } from './derive.ts'

const derive = async (
  key: Uint8Array,
  derivationMethod: 'PBKDF2' | 'HKDF',
  derivationParameters: RequestPayload<'DeriveKey'>['derivationParameters'],
  length: number,
): Promise<string> => {
  const keyBlock = { keyFormatType: 'Raw', keyValue: { keyMaterial: key } }
  const value = { type: 'SymmetricKey', value: { keyBlock } }
  const scope = { crypto: createGeneralCrypto(), work: { payload: async () => value } }
  const request = {
    objectType: 'SymmetricKey',
    uniqueIdentifiers: ['base'],
    derivationMethod,
    derivationParameters,
    attributes: [],
  } as const
  const bases = [{} as KmipObject]
  return toHex(await deriveBytes(scope as unknown as Scope, bases, request, length))
}

const hash = (hashingAlgorithm: 'SHA_1' | 'SHA_256') => ({
  cryptographicParameters: { hashingAlgorithm },
})

it('derives by PBKDF2 as RFC 6070 says', async () => {
  const parameters = { ...hash('SHA_1'), salt: utf8('salt'), iterationCount: 4096 }
  const derived = await derive(utf8('password'), 'PBKDF2', parameters, 20)
  expect(derived).toBe('4b007901b765489abead49d926f721d065a429c1')
})

it('derives by HKDF as RFC 5869 §A.1 says', async () => {
  const parameters = {
    ...hash('SHA_256'),
    salt: fromHex('000102030405060708090a0b0c'),
    derivationData: fromHex('f0f1f2f3f4f5f6f7f8f9'),
  }
  const derived = await derive(fromHex('0b'.repeat(22)), 'HKDF', parameters, 42)
  expect(derived).toBe(
    '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
  )
})

it('refuses a method whose parameters are missing', async () => {
  const parameters = { ...hash('SHA_256') }
  await expect(derive(utf8('k'), 'PBKDF2', parameters, 16)).rejects.toThrow('missing')
})
