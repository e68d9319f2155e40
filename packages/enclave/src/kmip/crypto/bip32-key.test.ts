import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { attribute, maskOf } from '@holdfast/kmip'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { HDKey } from '@scure/bip32'
import { afterAll, describe, expect, it } from 'vitest'
import { createCrypto } from '../../crypto/create-crypto.ts'
import { testEntropy } from '../../crypto/testing/test-crypto.ts'
import { extensionValues } from '../extensions.ts'
import { startKmip } from '../testing/start-kmip.ts'

const crypto = await createCrypto({ entropy: testEntropy })
afterAll(() => crypto[Symbol.dispose]())

const usage = (...bits: Parameters<typeof maskOf<'CryptographicUsageMask'>>[1][]) =>
  attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', ...bits))

/** BIP-32, test vector 1. */
const seed = fromHex('000102030405060708090a0b0c0d0e0f')

const start = async () => {
  const world = startKmip({ chains: crypto })
  const keyBlock = { keyFormatType: 'Raw', keyValue: { keyMaterial: seed } } as const
  const object = { type: 'SecretData', value: { secretDataType: 'Seed', keyBlock } } as const
  const attributes = [usage('DeriveKey')]
  const base = await world.done('Register', { objectType: 'SecretData', attributes, object })
  await world.done('Activate', base)
  const request = (path: string) =>
    ({
      objectType: 'PrivateKey',
      uniqueIdentifiers: [base.uniqueIdentifier],
      derivationMethod: extensionValues.derivations.bip32,
      derivationParameters: { derivationData: utf8(path) },
      attributes: [usage('Sign')],
    }) as const
  return { ...world, request }
}

describe('a key derived by BIP-32', () => {
  it.each(["m/0'", "m/0'/1/2'/2/1000000000"])('is that of the published path %s', async (path) => {
    const { done, request } = await start()
    const { uniqueIdentifier } = await done('DeriveKey', request(path))
    await done('Activate', { uniqueIdentifier })
    const digestedData = new Uint8Array(32).fill(7)
    const { signatureData } = await done('Sign', { uniqueIdentifier, digestedData })
    const own = HDKey.fromMasterSeed(seed).derive(path)
    const options = { prehash: false, format: 'der', lowS: true } as const
    const publicKey = own.publicKey ?? new Uint8Array()
    expect(secp256k1.verify(signatureData!, digestedData, publicKey, options)).toBe(true)
    const { object } = await done('Get', { uniqueIdentifier })
    const block = object.type === 'PrivateKey' ? object.value.keyBlock.keyValue : undefined
    if (block === undefined || block instanceof Uint8Array) throw new Error('no key')
    const material = toHex(block.keyMaterial as Uint8Array)
    expect(material).toContain(toHex(own.privateKey ?? new Uint8Array()))
  })

  it('is refused for a path that is none, and as another type of object', async () => {
    const { failed, request } = await start()
    for (const path of ['', 'm', 'm/', '0/1', "m/x'", 'm/2147483648']) {
      expect(await failed('DeriveKey', request(path)), path).toBe('InvalidField')
    }
    const symmetric = { ...request('m/0'), objectType: 'SymmetricKey' } as const
    expect(await failed('DeriveKey', symmetric)).toBe('InvalidObjectType')
  })
})
