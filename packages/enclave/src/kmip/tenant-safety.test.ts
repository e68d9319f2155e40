import type { Bytes } from '@holdfast/base/bytes'
import { accept, refuse } from '@holdfast/base/errors'
import { attribute, maskOf, type RequestHeader } from '@holdfast/kmip'
import { describe, expect, it } from 'vitest'
import { createMemoryObjects } from '../testing/memory-objects.ts'
import { storedTogetherMax, tenantObjectsMax } from './limits.ts'
import { aesAttributes, callerOf, startKmip } from './testing/start-kmip.ts'

const user = (username: string, password: string): RequestHeader => ({
  authentication: {
    credentials: [
      { credentialType: 'UsernameAndPassword', credentialValue: { username, password } },
    ],
  },
})

const create = { objectType: 'SymmetricKey', attributes: aesAttributes } as const

const kek = (...bits: Parameters<typeof maskOf<'CryptographicUsageMask'>>[1][]) =>
  ({
    objectType: 'SymmetricKey',
    attributes: [
      attribute('CryptographicAlgorithm', 'AES'),
      attribute('CryptographicLength', 128),
      attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', ...bits)),
    ],
  }) as const

const wrappedBy = (uniqueIdentifier: string) =>
  ({
    keyWrappingSpecification: {
      wrappingMethod: 'Encrypt',
      encryptionKeyInformation: {
        uniqueIdentifier,
        cryptographicParameters: { blockCipherMode: 'NISTKeyWrap' },
      },
    },
  }) as const

describe('a credential in the header', () => {
  it('binds what it makes to itself, its secret included', async () => {
    const { done, failed } = startKmip()
    const header = user('Fred', 'secret')
    const { uniqueIdentifier } = await done('Create', create, { header })
    await done('Get', { uniqueIdentifier }, { header })
    for (const other of [{}, user('Fred', 'guess'), user('Fred', ''), user('Barney', 'secret')]) {
      expect(await failed('Get', { uniqueIdentifier }, { header: other })).toBe('PermissionDenied')
    }
  })

  it('is guessed at by who names its user and another secret, and by nobody else', async () => {
    const counted: string[] = []
    const { done, failed } = startKmip({
      guesses: {
        guess: async (_caller, _owner, isRight) => {
          counted.push(isRight() ? 'right' : 'wrong')
          return accept(isRight())
        },
      },
    })
    const header = user('Fred', 'secret')
    const { uniqueIdentifier } = await done('Create', create, { header })
    for (const other of [{}, user('Barney', 'secret'), user('', 'guess')]) {
      await failed('Get', { uniqueIdentifier }, { header: other })
    }
    expect(counted).toEqual([])
    await failed('Get', { uniqueIdentifier }, { header: user('Fred', 'guess') })
    expect(counted).toEqual(['wrong'])
    const connection = {}
    await done('Get', { uniqueIdentifier }, { header, connection })
    await done('Get', { uniqueIdentifier }, { header, connection })
    expect(counted).toEqual(['wrong', 'right'])
    await done('Get', { uniqueIdentifier }, { header, connection: {} })
    expect(counted).toEqual(['wrong', 'right', 'right'])
  })

  it('is not evaluated where a guess is not counted', async () => {
    const { done, failed } = startKmip({
      guesses: { guess: async () => refuse('locked', 'no guesses are left') },
    })
    const header = user('Fred', 'secret')
    const { uniqueIdentifier } = await done('Create', create, { header })
    expect(await failed('Get', { uniqueIdentifier }, { header })).toBe('PermissionDenied')
  })

  it('opens no other tenant, whatever it says', async () => {
    const { done, failed } = startKmip()
    const header = user('Fred', 'secret')
    const { uniqueIdentifier } = await done('Create', create, { header })
    const stranger = { header, caller: 2 }
    expect(await failed('Get', { uniqueIdentifier }, stranger)).toBe('ObjectNotFound')
  })

  it('is refused where its type promises a check that this server does not make', async () => {
    const { send } = startKmip()
    const credentialValue = { username: 'Fred', password: 'p', oneTimePassword: '123456' }
    const credentials = [{ credentialType: 'OneTimePassword', credentialValue }] as const
    const header = { authentication: { credentials } }
    const { items } = await send('2.1', [{ operation: 'Ping', payload: {} }], { header })
    expect(items).toMatchObject([{ reason: 'AuthenticationNotSuccessful' }])
  })
})

describe('a key that wraps', () => {
  it('must be active', async () => {
    const { done, failed } = startKmip()
    const key = await done('Create', create)
    const wrapping = await done('Create', kek('WrapKey'))
    const get = { ...wrappedBy(wrapping.uniqueIdentifier), uniqueIdentifier: key.uniqueIdentifier }
    expect(await failed('Get', get)).toBe('WrongKeyLifecycleState')
    await done('Activate', { uniqueIdentifier: wrapping.uniqueIdentifier })
    await done('Get', get)
    const revocationReason = { revocationReasonCode: 'Unspecified' } as const
    await done('Revoke', { uniqueIdentifier: wrapping.uniqueIdentifier, revocationReason })
    expect(await failed('Get', get)).toBe('WrongKeyLifecycleState')
  })

  it('must be made for it', async () => {
    const { done, failed } = startKmip()
    const key = await done('Create', create)
    const wrapping = await done('Create', kek('Encrypt', 'Decrypt', 'UnwrapKey'))
    await done('Activate', { uniqueIdentifier: wrapping.uniqueIdentifier })
    const get = { ...wrappedBy(wrapping.uniqueIdentifier), uniqueIdentifier: key.uniqueIdentifier }
    expect(await failed('Get', get)).toBe('IncompatibleCryptographicUsageMask')
    expect(await failed('Export', get)).toBe('IncompatibleCryptographicUsageMask')
  })

  it('must belong to the credential that asks', async () => {
    const { done, failed } = startKmip()
    const header = user('Fred', 'secret')
    const key = await done('Create', create)
    const wrapping = await done('Create', kek('WrapKey'), { header })
    await done('Activate', { uniqueIdentifier: wrapping.uniqueIdentifier }, { header })
    const get = { ...wrappedBy(wrapping.uniqueIdentifier), uniqueIdentifier: key.uniqueIdentifier }
    expect(await failed('Get', get)).toBe('PermissionDenied')
    await done('Get', get, { header })
  })

  it('is not what the batch speaks of next', async () => {
    const { done, send } = startKmip()
    const key = await done('Create', create)
    const wrapping = await done('Create', kek('WrapKey'))
    await done('Activate', { uniqueIdentifier: wrapping.uniqueIdentifier })
    const get = { ...wrappedBy(wrapping.uniqueIdentifier), uniqueIdentifier: key.uniqueIdentifier }
    const { items } = await send('2.1', [
      { operation: 'Get', payload: get },
      { operation: 'GetAttributeList', payload: {} },
    ])
    expect(items[1]).toMatchObject({ payload: { uniqueIdentifier: key.uniqueIdentifier } })
  })
})

it('makes no object beyond those that a tenant may have', async () => {
  const objects = createMemoryObjects()
  const full = startKmip({ objects: { ...objects, count: async () => tenantObjectsMax } })
  expect(await full.failed('Create', create)).toBe('ServerLimitExceeded')
  const last = startKmip({ objects: { ...objects, count: async () => tenantObjectsMax - 1 } })
  await last.done('Create', create)
})

it('undoes a batch as a whole that is not stored as a whole', async () => {
  const header = { batchErrorContinuationOption: 'Undo' } as const
  const items = Array.from(
    { length: storedTogetherMax + 1 },
    () => ({ operation: 'Create', payload: create }) as const,
  )
  const { send, done, objects } = startKmip()
  const { items: answers } = await send('2.1', items, { header })
  expect(answers.at(-1)).toMatchObject({ reason: 'ServerLimitExceeded' })
  expect(new Set(answers.slice(0, -1).map(({ status }) => status))).toEqual(
    new Set(['OperationUndone']),
  )
  expect(await objects.count(callerOf(1).tenant)).toBe(0)
  const { items: stored } = await send('2.1', items.slice(1), { header })
  expect(new Set(stored.map(({ status }) => status))).toEqual(new Set(['Success']))
  expect((await done('Locate', {})).uniqueIdentifiers).toHaveLength(storedTogetherMax)
})

it('leaves no secret in the buffers that a request used', async () => {
  const objects = createMemoryObjects()
  const seen: Bytes[] = []
  const { done } = startKmip({
    objects: {
      ...objects,
      create: async (wallet, made) => {
        seen.push(...made.map(({ payload }) => payload))
        return objects.create(wallet, made)
      },
      payload: async (wallet, id) => {
        const payload = await objects.payload(wallet, id)
        if (payload.ok) seen.push(payload.value)
        return payload
      },
    },
  })
  const { uniqueIdentifier } = await done('Create', create)
  await done('Get', { uniqueIdentifier })
  expect(seen).toHaveLength(2)
  for (const buffer of seen) expect(buffer.every((byte) => byte === 0)).toBe(true)
})
