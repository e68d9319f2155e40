import {
  attribute,
  decodeTtlv,
  type ManagedObject,
  maskOf,
  type Request,
  type RequestItem,
  type ResponseItem,
  readResponse,
  versions,
} from '@holdfast/kmip'
import { describe, expect, it } from 'vitest'
import { aesAttributes, callerOf, startKmip } from './testing/start-kmip.ts'

const create = (attributes = aesAttributes): RequestItem => ({
  operation: 'Create',
  payload: { objectType: 'SymmetricKey', attributes },
})

const identifierOf = (item: ResponseItem | undefined): string => {
  if (item?.status !== 'Success' || item.operation !== 'Create') throw new Error('not created')
  return item.payload.uniqueIdentifier
}

const reasonOf = (item: ResponseItem | undefined): unknown =>
  item?.status === 'OperationFailed' ? item.reason : item?.status

const named = (uniqueIdentifier: string) => ({ payload: { uniqueIdentifier } })

describe('the KMIP server', () => {
  it('hides the objects of a tenant from all others', async () => {
    const { one } = startKmip()
    const identifier = identifierOf(await one('2.1', create()))
    const get = { operation: 'Get', ...named(identifier) } as const
    expect((await one('2.1', get)).status).toBe('Success')
    expect(reasonOf(await one('2.1', get, 2))).toBe('ObjectNotFound')
    const located = await one('2.1', { operation: 'Locate', payload: { attributes: [] } }, 2)
    expect(located).toMatchObject({ status: 'Success', payload: {} })
    expect(JSON.stringify(located)).not.toContain(identifier)
  })

  it('answers many first readers of an object at once', async () => {
    const { one } = startKmip()
    const get = { operation: 'Get', ...named(identifierOf(await one('2.1', create()))) } as const
    const answers = await Promise.all(Array.from({ length: 16 }, () => one('2.1', get)))
    expect(answers.map(reasonOf)).toEqual(Array.from({ length: 16 }, () => 'Success'))
  })

  it('lets an object take the transitions of the table and no other', async () => {
    const { one } = startKmip()
    const identifier = identifierOf(await one('2.1', create()))
    const act = (operation: 'Activate' | 'Destroy' | 'Get') =>
      one('2.1', { operation, ...named(identifier) })
    const revoke = () =>
      one('2.1', {
        operation: 'Revoke',
        payload: {
          uniqueIdentifier: identifier,
          revocationReason: { revocationReasonCode: 'CessationOfOperation' },
        },
      })
    expect(reasonOf(await revoke())).toBe('WrongKeyLifecycleState')
    expect(reasonOf(await act('Activate'))).toBe('Success')
    expect(reasonOf(await act('Activate'))).toBe('WrongKeyLifecycleState')
    expect(reasonOf(await act('Destroy'))).toBe('WrongKeyLifecycleState')
    expect(reasonOf(await revoke())).toBe('Success')
    expect(reasonOf(await act('Destroy'))).toBe('Success')
    expect(reasonOf(await act('Destroy'))).toBe('ObjectDestroyed')
    expect(reasonOf(await act('Get'))).toBe('ObjectDestroyed')
  })

  it('activates and deactivates an object when its dates come', async () => {
    const { one, clock } = startKmip()
    const seconds = BigInt(clock.ms / 1000)
    const dated = [
      ...aesAttributes,
      attribute('ActivationDate', seconds + 10n),
      attribute('DeactivationDate', seconds + 20n),
    ]
    const identifier = identifierOf(await one('1.4', create(dated)))
    const state = async (): Promise<string> =>
      JSON.stringify(
        await one('1.4', {
          operation: 'GetAttributes',
          payload: { uniqueIdentifier: identifier, attributeReferences: ['State'] },
        }),
        (_key, value) => (typeof value === 'bigint' ? String(value) : value),
      )
    expect(await state()).toContain('PreActive')
    clock.ms += 10_000
    expect(await state()).toContain('"Active"')
    clock.ms += 10_000
    expect(await state()).toContain('Deactivated')
  })

  it('undoes a whole batch, stops at a failure, or goes on, as the header says', async () => {
    const { send } = startKmip()
    const failing: RequestItem = { operation: 'Get', ...named('none') }
    const withIds = [create(), failing, create()].map((item, index) => ({
      ...item,
      uniqueBatchItemId: Uint8Array.of(index),
    }))
    const run = async (option: 'Stop' | 'Continue' | 'Undo', caller: number) => {
      const header = { batchErrorContinuationOption: option }
      const { items } = await send('2.1', withIds, { header, caller })
      const located = await send('2.1', [{ operation: 'Locate', payload: { attributes: [] } }], {
        caller,
      })
      const [found] = located.items
      const ids =
        found?.status === 'Success' && found.operation === 'Locate'
          ? (found.payload.uniqueIdentifiers ?? [])
          : []
      return { statuses: items.map(({ status }) => status), left: ids.length }
    }
    expect(await run('Stop', 3)).toEqual({ statuses: ['Success', 'OperationFailed'], left: 1 })
    expect(await run('Continue', 4)).toEqual({
      statuses: ['Success', 'OperationFailed', 'Success'],
      left: 2,
    })
    expect(await run('Undo', 5)).toEqual({
      statuses: ['OperationUndone', 'OperationFailed'],
      left: 0,
    })
  })

  it('tells an older client no operation, attribute or reason of a later version', async () => {
    const { one } = startKmip()
    const identifier = identifierOf(await one('2.1', create()))
    for (const version of versions) {
      // Both would refuse to be read where they held something of a later version.
      const query = await one(version, {
        operation: 'Query',
        payload: { queryFunctions: ['QueryOperations', 'QueryObjects'] },
      })
      expect(query.status).toBe('Success')
      const attributes = await one(version, { operation: 'GetAttributes', ...named(identifier) })
      expect(attributes.status).toBe('Success')
      const missing = await one(version, { operation: 'Get', ...named('none') })
      const expected = version.startsWith('2') ? 'ObjectNotFound' : 'ItemNotFound'
      expect(reasonOf(missing)).toBe(expected)
    }
  })

  it('answers bytes that are no request with a failure in a version of their sender', async () => {
    const { server } = startKmip()
    const junk = [new Uint8Array(0), Uint8Array.of(0x42, 0, 0x78, 1, 0, 0, 0, 0)]
    for (const bytes of junk) {
      const answer = decodeTtlv(await server.handle(callerOf(1), bytes))
      const response = answer.ok ? readResponse(answer.value) : answer
      expect(response).toMatchObject({
        ok: true,
        value: { items: [{ status: 'OperationFailed' }] },
      })
    }
  })

  it('lets a credential use only the objects that were made under it', async () => {
    const { send } = startKmip()
    const as = (username: string): Request['header'] => ({
      authentication: {
        credentials: [
          { credentialType: 'UsernameAndPassword', credentialValue: { username, password: 'x' } },
        ],
      },
    })
    const made = await send('1.4', [create()], { header: as('alice') })
    const get: RequestItem = { operation: 'Get', ...named(identifierOf(made.items[0])) }
    const own = await send('1.4', [get], { header: as('alice') })
    expect(own.items[0]?.status).toBe('Success')
    const other = await send('1.4', [get], { header: as('bob') })
    expect(reasonOf(other.items[0])).toBe('PermissionDenied')
    const nobody = await send('1.4', [get])
    expect(reasonOf(nobody.items[0])).toBe('PermissionDenied')
  })

  it('gives an import no id that its client chose, and other tenants no sign of it', async () => {
    const { one } = startKmip()
    const identifier = identifierOf(await one('2.1', create()))
    const got = await one('2.1', { operation: 'Export', ...named(identifier) })
    if (got.status !== 'Success' || got.operation !== 'Export') throw new Error('not exported')
    const { object } = got.payload
    const imported: RequestItem = {
      operation: 'Import',
      payload: {
        uniqueIdentifier: identifier,
        objectType: object.type,
        attributes: aesAttributes,
        object,
      },
    }
    expect(reasonOf(await one('2.1', imported))).toBe('ObjectAlreadyExists')
    expect(reasonOf(await one('2.1', imported, 2))).toBe('Success')
    const destroy: RequestItem = { operation: 'Destroy', ...named(identifier) }
    expect(reasonOf(await one('2.1', destroy, 2))).toBe('Success')
    expect(reasonOf(await one('2.1', { operation: 'Get', ...named(identifier) }))).toBe('Success')
  })

  it('opens a wrapped key for its tenant, with a key that may unwrap', async () => {
    const { one } = startKmip()
    const wrapping = [
      attribute('CryptographicAlgorithm', 'AES'),
      attribute('CryptographicLength', 128),
      attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'WrapKey', 'UnwrapKey')),
      attribute('ActivationDate', 1n),
    ]
    const kek = identifierOf(await one('1.4', create(wrapping)))
    const dek = identifierOf(await one('1.4', create()))
    const info = {
      uniqueIdentifier: kek,
      cryptographicParameters: { blockCipherMode: 'NISTKeyWrap' },
    } as const
    const get = async (payload: object): Promise<ManagedObject> => {
      const got = await one('1.4', { operation: 'Get', payload })
      if (got.status !== 'Success' || got.operation !== 'Get')
        throw new Error(String(reasonOf(got)))
      return got.payload.object
    }
    const plain = await get({ uniqueIdentifier: dek })
    for (const encodingOption of ['NoEncoding', 'TTLVEncoding'] as const) {
      const keyWrappingSpecification = {
        wrappingMethod: 'Encrypt',
        encryptionKeyInformation: info,
        encodingOption,
      }
      const object = await get({ uniqueIdentifier: dek, keyWrappingSpecification })
      const registered = await one('1.4', {
        operation: 'Register',
        payload: { objectType: 'SymmetricKey', attributes: [], object },
      })
      if (registered.status !== 'Success' || registered.operation !== 'Register') throw new Error()
      const { uniqueIdentifier } = registered.payload
      expect(await get({ uniqueIdentifier })).toEqual(object)
      expect(await get({ uniqueIdentifier, keyWrapType: 'NotWrapped' })).toEqual(plain)
    }
  })
})
