import { ObjectId } from '@holdfast/base/ids'
import { attribute, maskOf } from '@holdfast/kmip'
import { afterAll, expect, it } from 'vitest'
import { createCrypto } from '../../crypto/create-crypto.ts'
import { testEntropy } from '../../crypto/testing/test-crypto.ts'
import { signingKeyIdleMs } from '../limits.ts'
import { startKmip } from '../testing/start-kmip.ts'
import { SigningKeys } from './signing-keys.ts'

const crypto = await createCrypto({ entropy: testEntropy })
afterAll(() => crypto[Symbol.dispose]())

const idOf = (number: number): ObjectId => ObjectId.of(new Uint8Array(16).fill(number))

const keyOf = (erased: number[], number: number) => ({
  sign: () => new Uint8Array(0),
  [Symbol.dispose]: () => void erased.push(number),
})

it('erases the key that was used longest ago when it is full', () => {
  const erased: number[] = []
  const keys = new SigningKeys(2)
  keys.put(idOf(1), keyOf(erased, 1), 0)
  keys.put(idOf(2), keyOf(erased, 2), 0)
  keys.get(idOf(1), 1)
  keys.put(idOf(3), keyOf(erased, 3), 2)
  expect(erased).toEqual([2])
})

it('erases keys that are not used, and keys whose object is gone', () => {
  const erased: number[] = []
  const keys = new SigningKeys(9)
  for (const number of [1, 2, 3]) keys.put(idOf(number), keyOf(erased, number), 0)
  keys.get(idOf(3), signingKeyIdleMs)
  keys.sweep(signingKeyIdleMs - 1, (id) => id !== idOf(2))
  expect(erased).toEqual([2])
  keys.sweep(signingKeyIdleMs, () => true)
  expect(erased).toEqual([2, 1])
  keys.clear()
  expect(erased).toEqual([2, 1, 3])
})

it('holds an opened key in locked memory until its object is destroyed', async () => {
  const { server, done, failed } = startKmip({ chains: crypto })
  const usage = (bit: 'Sign' | 'Verify') =>
    attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', bit))
  const pair = await done('CreateKeyPair', {
    commonAttributes: [
      attribute('CryptographicAlgorithm', 'EC'),
      attribute('CryptographicDomainParameters', { recommendedCurve: 'SECP256K1' }),
    ],
    privateKeyAttributes: [usage('Sign')],
    publicKeyAttributes: [usage('Verify')],
  })
  const uniqueIdentifier = pair.privateKeyUniqueIdentifier
  await done('Activate', { uniqueIdentifier })
  const before = crypto.arena().used
  const sign = { uniqueIdentifier, data: new Uint8Array(40) }
  // Asked for at once: each opens the key, one of them is kept.
  await Promise.all([1, 2, 3, 4].map(() => done('Sign', sign)))
  await done('Sign', sign)
  expect(crypto.arena().used).toBe(before + 1)
  const revocationReason = { revocationReasonCode: 'Unspecified' } as const
  await done('Revoke', { uniqueIdentifier, revocationReason })
  expect(await failed('Sign', sign)).toBe('WrongKeyLifecycleState')
  await done('Destroy', { uniqueIdentifier })
  expect(crypto.arena().used).toBe(before)
  server.stop()
})
