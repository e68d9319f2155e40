/** How much a home looks at that has many wallets: counted, not timed. */
import { toCbor } from '@holdfast/base/cbor'
import { refuse } from '@holdfast/base/errors'
import { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { beforeEach, describe, expect, it } from 'vitest'
import { createUnsentTable } from '../../cancellation/unsent-table.ts'
import type { CoreContext } from '../../core/context.ts'
import { reissueBatchWallets } from '../../limits.ts'
import { promiseName } from '../../records/names.ts'
import type { Records } from '../../records/records.ts'
import { createAcknowledgedTable } from '../../wallets/acknowledged-table.ts'
import type { WalletEntry } from '../../wallets/wallet-entry.ts'
import { createWalletTable, type WalletTable } from '../../wallets/wallet-table.ts'
import { createDigests } from '../compare/digests.ts'
import { type Group, groupId } from './group.ts'
import { createLateWallets } from './late-wallets.ts'
import { createPromiseTable } from './promise-table.ts'
import { reissueGroup, reissueLate } from './reissue.ts'

const many = 5000
const epoch = 2
const zones = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]
const [founder, zone] = zones as [ZoneId, ZoneId, ZoneId]
const group: Group = { founder, zones }

const idOf = (index: number): WalletId =>
  WalletId(`wal_0000${index.toString(16).padStart(40, '0')}`)

/** What the tables keep in memory of a document. */
const entryOf = (index: number, epochOf: number): WalletEntry => {
  const wallet = {
    id: idOf(index),
    epoch: epochOf,
    version: 1,
    home: epochOf === 1 ? founder : zone,
    founder,
    placement: { zones, durability: 2, constraints: {} },
    credentials: [],
    keys: [],
  } as unknown as Wallet
  const empty = new Map()
  const payload = new Uint8Array()
  return { wallet, payload, hash: 'ab'.repeat(32), accounts: empty, credentials: empty }
}

let looks: number
let revision: bigint
let reads: number
let wallets: WalletTable
let context: CoreContext

beforeEach(() => {
  looks = 0
  reads = 0
  revision = 0n
  const late = createLateWallets()
  const digests = createDigests()
  const records = { read: async () => undefined } as unknown as Records
  const crypto = {} as CoreContext['crypto']
  const acknowledged = createAcknowledgedTable(records)
  const unsent = createUnsentTable(records)
  wallets = createWalletTable({ records, crypto, digests, late, acknowledged, unsent })
  const promises = createPromiseTable(records)
  const promised = { founder, zones: [...zones], epoch, candidate: zone, adopted: true }
  promises.learn({
    name: promiseName(groupId(group)),
    version: { epoch, version: 2 },
    payload: toCbor({ format: 'holdfast promise v1', ...promised }),
    revision: 1n,
  })
  const counted = new Proxy(wallets, {
    get: (target, name) => {
      if (name === 'indexed') looks += 1
      if (name === 'read') reads += 1
      const own: unknown = Reflect.get(target, name)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
  const objects = { ofWallet: () => [], indexed: () => undefined }
  const bootRule = { wait: async () => refuse('recovering', 'a store that takes nothing') }
  const parts = { late, promises, zone, objects, bootRule, wallets: counted }
  context = parts as unknown as CoreContext
})

const store = (index: number, epochOf: number): void => {
  revision += 1n
  wallets.stored(entryOf(index, epochOf), revision)
}

const rounds = async (count: number): Promise<void> => {
  for (let round = 0; round < count; round += 1) await reissueGroup(context, group, epoch)
}

describe('a home of many wallets', () => {
  it('looks at each once when its epoch begins, then at what was stored alone', async () => {
    for (let index = 0; index < many; index += 1) store(index, epoch)
    await rounds(1)
    expect(looks).toBeGreaterThanOrEqual(many)
    looks = 0
    await rounds(100)
    expect(looks).toBe(0)
    store(7, epoch)
    await rounds(10)
    expect(looks).toBeLessThanOrEqual(2)
  })

  it('looks at all once more when it comes to lead its zone', async () => {
    for (let index = 0; index < many; index += 1) store(index, epoch)
    await rounds(2)
    looks = 0
    context.late.forget()
    await rounds(2)
    expect(looks).toBeGreaterThanOrEqual(many)
    expect(looks).toBeLessThanOrEqual(2 * many)
  })

  it('reads no more than a round sends on, however many are late', async () => {
    for (let index = 0; index < many; index += 1) store(index, 1)
    for (let round = 0; round < 3; round += 1) {
      reads = 0
      await reissueLate(context)
      // Nothing could be stored here: what is late stays waiting.
      expect(reads).toBe(reissueBatchWallets)
    }
  })

  it('knows the highest epoch of a group without going through it', () => {
    for (let index = 0; index < 10; index += 1) store(index, 1)
    expect(wallets.highestEpoch(groupId(group))).toBe(1)
    store(3, 4)
    expect(wallets.highestEpoch(groupId(group))).toBe(4)
    wallets.removed(idOf(3), revision + 1n)
    expect(wallets.highestEpoch(groupId(group))).toBe(1)
  })
})
