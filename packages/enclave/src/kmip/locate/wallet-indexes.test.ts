import { ObjectId } from '@holdfast/base/ids'
import { type Attribute, attribute, maskOf, type RequestPayload } from '@holdfast/kmip'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ManagedObjects } from '../../objects/managed-objects.ts'
import { createMemoryObjects } from '../../testing/memory-objects.ts'
import { matches } from '../attributes/match.ts'
import { currentAttributes } from '../objects/lifecycle.ts'
import { readState } from '../objects/object-state.ts'
import { aesAttributes, callerOf, startKmip } from '../testing/start-kmip.ts'
import { WalletIndexes } from './wallet-indexes.ts'

const none = ObjectId.of(new Uint8Array(16))
const nowSeconds = 1_800_000_000n

const name = (nameValue: string): Attribute =>
  attribute('Name', { nameValue, nameType: 'UninterpretedTextString' })

const custom = (value: string): Attribute => ({
  name: 'Vendor',
  vendor: 'x',
  attribute: 'ID',
  value: { type: 'TextString', value },
})

const groups = fc.constantFrom('red', 'green').map((group) => attribute('ObjectGroup', group))
const contacts = fc.constantFrom('ops', 'dev').map((one) => attribute('ContactInformation', one))
const customs = fc.constantFrom('1', '2', '3').map(custom)
const dates = fc
  .constantFrom(-50n, 50n, 150n)
  .map((offset) => attribute('ActivationDate', nowSeconds + offset))
const ends = fc
  .constantFrom(100n, 200n)
  .map((offset) => attribute('DeactivationDate', nowSeconds + offset))

const optional = (one: fc.Arbitrary<Attribute>) => fc.option(one, { nil: undefined })

const given = fc
  .tuple(optional(groups), optional(contacts), optional(customs), optional(dates), optional(ends))
  .map((all) => all.filter((one) => one !== undefined))

const changes = ['Activate', 'Revoke', 'Destroy', 'Archive', 'rename', 'drop', 'tag'] as const

/** What happens to the wallet's objects; `at` chooses one of those that are there. */
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('create' as const), given }) },
  fc.record({
    type: fc.constantFrom(...changes),
    at: fc.nat(20),
    custom: customs,
  }),
  fc.record({ type: fc.constant('wait' as const), seconds: fc.constantFrom(60, 120) }),
)

const wantedOne = fc.oneof(
  groups,
  contacts,
  customs,
  fc
    .constantFrom('PreActive', 'Active', 'Deactivated', 'Compromised', 'Destroyed')
    .map((state) => attribute('State', state as 'Active')),
  fc
    .constantFrom('SymmetricKey', 'PrivateKey')
    .map((type) => attribute('ObjectType', type as 'SymmetricKey')),
  fc.nat(6).map((count) => name(`name ${count}`)),
  fc.constant(attribute('CryptographicLength', 256)),
  fc.constant(attribute('CryptographicAlgorithm', 'AES')),
  fc.constant(attribute('CryptographicUsageMask', maskOf('CryptographicUsageMask', 'Encrypt'))),
)

const query = fc.record({
  attributes: fc.array(wantedOne, { maxLength: 3 }),
  storageStatusMask: fc.constantFrom(undefined, 1, 2, 4, 7),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type Query = typeof query extends fc.Arbitrary<infer Value> ? Value : never

type Kmip = ReturnType<typeof startKmip>

const perform = async (kmip: Kmip, ids: string[], one: Step): Promise<void> => {
  const { clock, done, one: ask } = kmip
  if (one.type === 'wait') {
    clock.ms += one.seconds * 1000
  } else if (one.type === 'create') {
    const attributes = [...aesAttributes, name(`name ${ids.length}`), ...one.given]
    const made = await done('Create', { objectType: 'SymmetricKey', attributes })
    ids.push(made.uniqueIdentifier)
  } else if (ids.length > 0) {
    const uniqueIdentifier = ids[one.at % ids.length] as string
    const revocationReason = { revocationReasonCode: 'KeyCompromise' } as const
    const requests = {
      Activate: { operation: 'Activate', payload: { uniqueIdentifier } },
      Revoke: { operation: 'Revoke', payload: { uniqueIdentifier, revocationReason } },
      Destroy: { operation: 'Destroy', payload: { uniqueIdentifier } },
      Archive: { operation: 'Archive', payload: { uniqueIdentifier } },
      rename: {
        operation: 'SetAttribute',
        payload: { uniqueIdentifier, attribute: attribute('ContactInformation', 'dev') },
      },
      drop: {
        operation: 'DeleteAttribute',
        payload: { uniqueIdentifier, attributeReference: 'ObjectGroup' },
      },
      tag: { operation: 'AddAttribute', payload: { uniqueIdentifier, attribute: one.custom } },
    } as const
    // Many are refused, such as Activate of what was destroyed.
    await ask('2.1', requests[one.type])
  }
}

/** What Locate says of each object, one after the other, newest first. */
const scanned = async (
  { objects, clock }: Kmip,
  { attributes, storageStatusMask = 1 }: Query,
): Promise<readonly string[]> => {
  const now = BigInt(clock.ms / 1000)
  const all = (await objects.list(callerOf(1).tenant)).map(readState)
  const found = all.filter((object) => {
    const isArchived = object.attributes.some((one) => one.name === 'ArchiveDate')
    const bit = object.destroyed ? 4 : isArchived ? 2 : 1
    if ((storageStatusMask & bit) === 0) return false
    return matches(currentAttributes(object.attributes, now), attributes)
  })
  return found.map(({ identifier }) => identifier).toReversed()
}

const locate = async (kmip: Kmip, payload: RequestPayload<'Locate'>): Promise<readonly string[]> =>
  (await kmip.done('Locate', payload)).uniqueIdentifiers ?? []

describe('an index of objects', () => {
  it('finds what a look at each object finds, in the same order, whatever happened', async () => {
    const run = async (steps: readonly Step[], queries: readonly Query[]): Promise<void> => {
      const kmip = startKmip()
      const ids: string[] = []
      for (const [index, one] of steps.entries()) {
        await perform(kmip, ids, one)
        const asked = queries[index % queries.length] as Query
        const { attributes, storageStatusMask } = asked
        const payload = { attributes, ...(storageStatusMask && { storageStatusMask }) }
        expect(await locate(kmip, payload)).toEqual(await scanned(kmip, asked))
      }
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 25 }),
        fc.array(query, { minLength: 1, maxLength: 8 }),
        run,
      ),
      { numRuns: 60 },
    )
  })

  it('finds by a state that came with time, where nothing was stored', async () => {
    const kmip = startKmip()
    const attributes = [
      ...aesAttributes,
      attribute('ActivationDate', nowSeconds + 50n),
      attribute('DeactivationDate', nowSeconds + 100n),
    ]
    const made = await kmip.done('Create', { objectType: 'SymmetricKey', attributes })
    for (const state of ['PreActive', 'Active', 'Deactivated'] as const) {
      const found = await locate(kmip, { attributes: [attribute('State', state)] })
      expect(found).toEqual([made.uniqueIdentifier])
      kmip.clock.ms += 60_000
    }
  })

  it('reads few objects of many, and lists them once', async () => {
    const objects = createMemoryObjects()
    const read = { lists: 0, states: 0 }
    const counted: ManagedObjects = {
      ...objects,
      list: (wallet) => ((read.lists += 1), objects.list(wallet)),
      state: (wallet, id) => ((read.states += 1), objects.state(wallet, id)),
    }
    const kmip = startKmip({ objects: counted })
    for (let count = 0; count < 300; count += 1) {
      const attributes = [...aesAttributes, name(`name ${count}`)]
      await kmip.done('Create', { objectType: 'SymmetricKey', attributes })
    }
    await locate(kmip, { attributes: [name('name 7')] })
    Object.assign(read, { lists: 0, states: 0 })
    expect(await locate(kmip, { attributes: [name('name 8')] })).toHaveLength(1)
    const two = [attribute('ObjectType', 'SymmetricKey'), name('name 9')]
    expect(await locate(kmip, { attributes: two })).toHaveLength(1)
    expect(read).toEqual({ lists: 0, states: 2 })
    const attributes = [...aesAttributes, name('name 300')]
    await kmip.done('Create', { objectType: 'SymmetricKey', attributes })
    expect(await locate(kmip, { attributes: [name('name 300')] })).toHaveLength(1)
    expect(read.lists).toBe(0)
  })

  it('follows what others store, and holds no more objects than its limit', async () => {
    const objects = createMemoryObjects()
    const indexes = new WalletIndexes({ objects, read: readState, objectsMax: 3 })
    const kmip = startKmip({ objects })
    const seen = async (caller: number): Promise<number | undefined> => {
      const wanted = [attribute('ObjectType', 'SymmetricKey')]
      const wallet = callerOf(caller).tenant
      return (await indexes.candidates({ wallet, hidden: none }, wanted))?.length
    }
    const make = (caller: number) =>
      kmip.done('Create', { objectType: 'SymmetricKey', attributes: aesAttributes }, { caller })
    expect(await seen(1)).toBe(0)
    await make(1)
    await make(1)
    expect(await seen(1)).toBe(2)
    for (const caller of [2, 2, 3]) await make(caller)
    for (const [caller, count] of [
      [2, 2],
      [3, 1],
      [1, 2],
    ] as const) {
      expect(await seen(caller)).toBe(count)
    }
    indexes.stop()
  })
})
