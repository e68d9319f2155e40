/** A store that loses single records while the node that serves it runs, and tells nobody. */
import type { SignAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import { ObjectId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { reconcileIntervalMs, scrubPauseMs } from '../limits.ts'
import { codeOf, signRequest, until } from '../testing/core-world.ts'
import { openMemoryStore } from '../testing/memory-store.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

const zone = 'ap-south'
let mesh: TestMesh
let alice: TestKey
let wallet: Wallet

const core = (name: string = zone) => mesh.node(name).core
const records = () => mesh.disks.get(zone)!.records
const counts = () => core().status().scrub!

const createWallet = async (): Promise<Wallet> => {
  const { wallet } = await enrolWallet(mesh, [alice])
  await until(() => records().has(`wallet/${wallet.id}`))
  return wallet
}
const createObject = async (): Promise<ObjectId> => {
  const id = ObjectId.of(createEntropy().bytes(16))
  const made = { id, payload: utf8('the secret'), state: utf8('active') }
  const created = await core('eu-west').managedObjects()!.create(wallet.id, [made])
  expect(created.ok).toBe(true)
  await until(() => records().has(`state/${id}`))
  return id
}
const sign = async (signed: Wallet): Promise<string> =>
  codeOf(await send<SignAnswer>(core(), signRequest(mesh, signed), 'sign', [alice]))

/** As a hostile host does: the bytes are other ones, and no event tells of it. */
const damage = (key: string): void => {
  const record = records().get(key)!
  const value = Uint8Array.from(record.value)
  value[value.length - 1]! ^= 1
  records().set(key, { ...record, value })
}
/** Rounds until a pass that began after now is over. */
const pass = async (until = () => true): Promise<void> => {
  const { checked } = counts()
  for (let round = 0; round < 100 && (counts().checked < checked + 2 || !until()); round += 1) {
    mesh.advance(scrubPauseMs)
    await core().tick()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
beforeEach(async () => {
  wallet = await createWallet()
})
afterAll(() => mesh.stop())

describe('a store that lost records', () => {
  it('gets a wallet back from the zones that hold it, and signs by it again', async () => {
    const [key] = wallet.keys
    records().delete(`wallet/${wallet.id}`)
    records().delete(`object/${key!.id}`)
    expect(await sign(wallet)).not.toBe('ok')
    await pass(() => records().has(`object/${key!.id}`))
    expect(records().has(`wallet/${wallet.id}`)).toBe(true)
    expect(counts().damaged).toBe(0)
    expect(await sign(wallet)).toBe('ok')
  })

  it('gets back a key whose bytes are not what the zone sealed', async () => {
    const name = `object/${wallet.keys[0]!.id}`
    damage(name)
    const damaged = records().get(name)
    await pass(() => records().get(name) !== damaged)
    expect(await sign(wallet)).toBe('ok')
  })

  it('gets a managed object back with its payload', async () => {
    const id = await createObject()
    records().delete(`state/${id}`)
    damage(`object/${id}`)
    await pass(() => records().has(`state/${id}`))
    expect(await core().managedObjects()!.payload(wallet.id, id)).toMatchObject({
      ok: true,
      value: utf8('the secret'),
    })
  })

  it('gets a tombstone back, and never the key under it', async () => {
    const id = await createObject()
    const objects = core('eu-west').managedObjects()!
    const held = await objects.state(wallet.id, id)
    if (!held.ok) throw new Error(held.refusal.code)
    const { version } = held.value
    const change = { id, base: version, state: utf8('over'), destroy: true } as const
    expect((await objects.change(wallet.id, [change])).ok).toBe(true)
    await until(() => records().has(`tomb/${id}`))
    records().delete(`tomb/${id}`)
    await pass(() => records().has(`tomb/${id}`))
    expect(records().has(`tomb/${id}`)).toBe(true)
    expect(records().has(`object/${id}`)).toBe(false)
  })

  it('is said to be damaged while nobody can give back what it lost', async () => {
    const name = `object/${wallet.keys[0]!.id}`
    for (const other of ['eu-west', 'us-east']) mesh.cut(zone, other, true)
    records().delete(name)
    await pass(() => counts().damaged > 0)
    expect(counts().damaged).toBe(1)
    for (const other of ['eu-west', 'us-east']) mesh.cut(zone, other, false)
    mesh.relink(zone)
    await pass(() => counts().damaged === 0)
    expect(records().has(name)).toBe(true)
  })

  it('is left alone where it has lost nothing', async () => {
    const before = new Map(records())
    const { repaired } = counts()
    await pass()
    expect(counts().repaired).toBe(repaired)
    for (const [name, { revision }] of before) {
      if (/^(wallet|object|state|tomb)\//.test(name)) {
        expect(records().get(name)!.revision).toBe(revision)
      }
    }
  })
})

describe('a zone that lost what it knew of a wallet', () => {
  it('sees it by the digests of another zone while the links stay up', async () => {
    const shared = await createTestMesh({ more: ['ap-south/2'] })
    try {
      const owner = testKey(shared, 'alice')
      const at = (name: string) => shared.node(name).core
      const { id } = (await enrolWallet(shared, [owner])).wallet
      await until(() => at(zone).status().wallets === 1)
      const disk = shared.disks.get(zone)!
      const host = openMemoryStore(disk, { sharing: 'shared' })
      await host.commit({ conditions: [], writes: [{ type: 'delete', key: `wallet/${id}` }] })
      await until(() => at(zone).status().wallets === 0)
      await until(async () => {
        shared.advance(reconcileIntervalMs)
        // Beats are of the cores' clock, too.
        await until(() => [zone, 'ap-south/2'].every((one) => at(one).status().state === 'ready'))
        await Promise.all([at(zone).tick(), at('ap-south/2').tick()])
        return at(zone).status().wallets === 1
      })
      expect(disk.records.has(`wallet/${id}`)).toBe(true)
    } finally {
      await shared.stop()
    }
  })
})
