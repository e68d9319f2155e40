import { attribute, maskOf } from '@holdfast/kmip'
import { describe, expect, it } from 'vitest'
import { aesAttributes, callerOf, startKmip } from './testing/start-kmip.ts'

const algorithm = attribute('CryptographicAlgorithm', 'AES')
const bits = (length: number) => attribute('CryptographicLength', length)
const usage = attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt'))
const objectTypes = { objectTypes: ['SymmetricKey'] as const }

describe('the defaults of a tenant', () => {
  it('are what new objects begin with where a request leaves an attribute out', async () => {
    const { done } = startKmip()
    const defaultsInformation = {
      objectDefaults: [{ objectTypes, attributes: [bits(192), usage] }],
    }
    await done('SetDefaults', { defaultsInformation })
    const create = { objectType: 'SymmetricKey', attributes: [algorithm] } as const
    const { uniqueIdentifier } = await done('Create', create)
    const own = await done('GetAttributes', { uniqueIdentifier })
    expect(own.attributes).toEqual(expect.arrayContaining([bits(192), usage]))
    const asked = await done('Create', { ...create, attributes: [algorithm, bits(128)] })
    const other = await done('GetAttributes', { uniqueIdentifier: asked.uniqueIdentifier })
    expect(other.attributes).toEqual(expect.arrayContaining([bits(128), usage]))
    const queryFunctions = ['QueryDefaultsInformation'] as const
    expect(await done('Query', { queryFunctions })).toEqual({ defaultsInformation })
  })

  it('are gone when they are set without any, and are of one tenant alone', async () => {
    const { done } = startKmip()
    const defaultsInformation = {
      objectDefaults: [{ objectTypes, attributes: [bits(192), usage] }],
    }
    const create = { objectType: 'SymmetricKey', attributes: [algorithm] } as const
    const lengthOf = async (caller: number): Promise<unknown> => {
      const { uniqueIdentifier } = await done('Create', create, { caller })
      const attributeReferences = ['CryptographicLength'] as const
      const wanted = { uniqueIdentifier, attributeReferences }
      return (await done('GetAttributes', wanted, { caller })).attributes
    }
    await done('SetDefaults', { defaultsInformation })
    expect(await lengthOf(1)).toEqual([bits(192)])
    expect(await lengthOf(2)).not.toEqual([bits(192)])
    await done('SetDefaults', {})
    expect(await lengthOf(1)).not.toEqual([bits(192)])
  })

  it('are no attributes that only the server sets', async () => {
    const { failed } = startKmip()
    const attributes = [attribute('State', 'Active')]
    const defaultsInformation = { objectDefaults: [{ objectTypes, attributes }] }
    expect(await failed('SetDefaults', { defaultsInformation })).toBe('AttributeReadOnly')
  })
})

describe('the constraints of a tenant', () => {
  it('are what each new object must conform to, however it is made', async () => {
    const { done, failed } = startKmip()
    const constraints = {
      constraints: [{ objectTypes, attributes: [bits(256), usage] }],
    }
    await done('SetConstraints', { constraints })
    expect(await done('GetConstraints', {})).toEqual({ constraints })
    const create = (...attributes: readonly ReturnType<typeof attribute>[]) =>
      ({ objectType: 'SymmetricKey', attributes }) as const
    await done('Create', create(algorithm, bits(256), usage))
    for (const attributes of [[algorithm, bits(128), usage], aesAttributes]) {
      expect(await failed('Create', create(...attributes))).toBe('ConstraintViolation')
    }
    const keyBlock = {
      keyFormatType: 'Raw',
      keyValue: { keyMaterial: new Uint8Array(16) },
      cryptographicAlgorithm: 'AES',
      cryptographicLength: 128,
    } as const
    const object = { type: 'SymmetricKey', value: { keyBlock } } as const
    const register = { objectType: 'SymmetricKey', attributes: [usage], object } as const
    expect(await failed('Register', register)).toBe('ConstraintViolation')
    const older = { version: '1.4' } as const
    expect(await failed('Register', register, older)).toBe('InvalidField')
    await done('Register', register, { caller: 2 })
    await done('SetConstraints', { constraints: {} })
    await done('Register', register)
  })

  it('are no object that a client can find', async () => {
    const { done, objects, failed } = startKmip()
    await done('SetConstraints', { constraints: {} })
    expect(await done('Locate', { storageStatusMask: 7 })).toEqual({})
    const states = await objects.list(callerOf(1).tenant)
    expect(states).toHaveLength(1)
    for (const { id } of states) {
      expect(await failed('Get', { uniqueIdentifier: id })).toBe('ObjectNotFound')
      expect(await failed('Destroy', { uniqueIdentifier: id })).toBe('ObjectNotFound')
    }
  })
})

it('tells what is pending by value and operation', async () => {
  const { send, done } = startKmip()
  const header = { asynchronousIndicator: 'Mandatory' } as const
  const { items } = await send('2.1', [{ operation: 'Locate', payload: {} }], { header })
  const [pending] = items
  if (pending?.status !== 'OperationPending') throw new Error('not pending')
  const { asynchronousCorrelationValue } = pending
  const told = await done('QueryAsynchronousRequests', {})
  expect(told.asynchronousRequests).toMatchObject([
    { asynchronousCorrelationValue, operation: 'Locate', processingStage: 'Submitted' },
  ])
  const operations = { operations: ['Sign'] as const }
  expect(await done('QueryAsynchronousRequests', { operations })).toEqual({})
  expect(await done('QueryAsynchronousRequests', {}, { caller: 2 })).toEqual({})
  await done('Poll', { asynchronousCorrelationValue })
  expect(await done('QueryAsynchronousRequests', {})).toEqual({})
})
