/** Commits without an answer that are applied later, and owed by a `dirty` mark alone. */
import { utf8 } from '@holdfast/base/bytes'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../../crypto/entropy.ts'
import { catchUpIntervalMs } from '../../limits.ts'
import type { Batch, Store } from '../../ports/store.ts'
import { until } from '../../testing/core-world.ts'
import { openMemoryStore } from '../../testing/memory-store.ts'
import { type TestKey, testKey } from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { enrolWallet } from '../../testing/wallet-requests.ts'

const home = 'eu-west'
const others = ['us-east', 'ap-south']
let mesh: TestMesh
let alice: TestKey
let tenant: WalletId
/** Commits of records under this prefix are on their way to the home's store, and not answered. */
let delayed: string | undefined
const underway: Batch[] = []

const slow = (store: Store): Store => ({
  ...store,
  commit: async (batch, options) => {
    const isDelayed = batch.writes.some(
      ({ key }) => delayed !== undefined && key.startsWith(delayed),
    )
    if (!isDelayed) return store.commit(batch, options)
    underway.push(batch)
    return { outcome: 'unknown' }
  },
})
const records = (zone: string) => mesh.disks.get(zone)!.records
const marks = (): string[] => [...records(home).keys()].filter((name) => name.startsWith('out/'))
const objects = () => mesh.node(home).core.managedObjects()!

/** The first commit under the prefix comes late; what was written of it is then owed by marks. */
const applyLate = async (prefix: string, ask: () => Promise<unknown>): Promise<void> => {
  delayed = prefix
  await ask()
  delayed = undefined
  const [batch] = underway.splice(0)
  const applied = await openMemoryStore(mesh.disks.get(home)!).commit(batch!)
  expect(applied.outcome).toBe('applied')
  expect(marks()).toHaveLength(others.length)
}
const send = (): Promise<void> =>
  until(async () => {
    mesh.advance(catchUpIntervalMs)
    await mesh.node(home).core.tick()
    return marks().length === 0
  })
const make = (id: ObjectId) =>
  objects().create(tenant, [{ id, payload: utf8('the secret'), state: utf8('active') }])

beforeAll(async () => {
  mesh = await createTestMesh({
    outboxPerZoneMax: 0,
    seenBy: (name, store) => (name === home ? slow(store) : store),
  })
  alice = testKey(mesh, 'alice')
  tenant = (await enrolWallet(mesh, [alice])).wallet.id
  await send()
})
afterAll(() => mesh.stop())

describe('a mark that was written with a commit which nobody saw applied', () => {
  it('stands until the other zones hold the object that was made', async () => {
    const id = ObjectId.of(createEntropy().bytes(16))
    await applyLate('state/', async () => {
      expect(await make(id)).toMatchObject({ ok: false, refusal: { code: 'outcome_unknown' } })
    })
    await send()
    for (const zone of others) expect(records(zone).has(`object/${id}`)).toBe(true)
  })

  it('stands until the other zones have destroyed what was destroyed', async () => {
    const id = ObjectId.of(createEntropy().bytes(16))
    expect((await make(id)).ok).toBe(true)
    await send()
    const held = await objects().state(tenant, id)
    if (!held.ok) throw new Error(held.refusal.code)
    const end = { id, base: held.value.version, state: utf8('over'), destroy: true } as const
    await applyLate('tomb/', () => objects().change(tenant, [end]))
    await send()
    for (const zone of others) {
      expect(records(zone).has(`tomb/${id}`)).toBe(true)
      expect(records(zone).has(`object/${id}`)).toBe(false)
    }
  })

  it('stands until the other zones hold the wallet that was made', async () => {
    const before = new Set(records(home).keys())
    await applyLate('wallet/', () => enrolWallet(mesh, [alice]).catch(() => undefined))
    const made = [...records(home).keys()].find(
      (name) => name.startsWith('wallet/') && !before.has(name),
    )
    await send()
    for (const zone of others) expect(records(zone).has(made!)).toBe(true)
  })
})
