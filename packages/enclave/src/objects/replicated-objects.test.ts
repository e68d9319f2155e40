import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { until } from '../testing/core-world.ts'
import { testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'
import type { ManagedObjects } from './managed-objects.ts'

let mesh: TestMesh
let tenant: WalletId

const objects = (zone: string): ManagedObjects => mesh.node(zone).core.managedObjects()!
const newId = (): ObjectId => ObjectId.of(createEntropy().bytes(16))
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.refusal.code)

const createTenant = async (constraints = {}): Promise<WalletId> => {
  const alice = testKey(mesh, 'alice')
  return (await enrolWallet(mesh, [alice], { placement: { constraints } })).wallet.id
}

const create = async (at: string, wallet = tenant): Promise<ObjectId> => {
  const id = newId()
  const made = await objects(at).create(wallet, [
    { id, payload: utf8('the secret of an object'), state: utf8('pre-active') },
  ])
  expect(codeOf(made)).toBe('ok')
  return id
}

const stateAt = async (zone: string, id: ObjectId): Promise<string> => {
  const state = await objects(zone).state(tenant, id)
  return state.ok ? fromUtf8(state.value.state) : state.refusal.code
}

const change = async (at: string, id: ObjectId, version: number, rest: object = {}) =>
  objects(at).change(tenant, [
    { id, base: { epoch: 1, version }, state: utf8(`version ${version + 1}`), ...rest },
  ])

beforeAll(async () => {
  mesh = await createTestMesh()
  tenant = await createTenant()
  await until(() => mesh.node('ap-south').core.status().wallets === 1)
  await until(() => mesh.node('us-east').core.status().wallets === 1)
})
afterAll(() => mesh.stop())

describe('a managed object', () => {
  it('is told of in every zone to who follows, when it is made and when it changes', async () => {
    const zones = ['eu-west', 'us-east', 'ap-south']
    const told: string[] = []
    const ends = zones.map((zone) =>
      objects(zone).follow((wallet, id) => void told.push(`${zone} ${wallet} ${id}`)),
    )
    const id = await create('us-east')
    const all = zones.map((zone) => `${zone} ${tenant} ${id}`)
    await until(() => all.every((one) => told.includes(one)))
    told.length = 0
    expect(codeOf(await change('eu-west', id, 1))).toBe('ok')
    await until(() => all.every((one) => told.includes(one)))
    for (const end of ends) end()
    told.length = 0
    expect(codeOf(await change('eu-west', id, 2))).toBe('ok')
    expect(told).toEqual([])
  })

  it('is made by the home of its wallet and visible in every zone', async () => {
    const id = await create('ap-south')
    for (const zone of ['eu-west', 'us-east', 'ap-south']) {
      await until(async () => (await stateAt(zone, id)) === 'pre-active')
      const payload = await objects(zone).payload(tenant, id)
      expect(payload.ok && fromUtf8(payload.value)).toBe('the secret of an object')
    }
  })

  it('does not exist for another wallet', async () => {
    const id = await create('eu-west')
    const other = WalletId(`wal_${'1'.repeat(44)}`)
    expect(codeOf(await objects('eu-west').state(other, id))).toBe('unknown')
    expect(codeOf(await objects('eu-west').payload(other, id))).toBe('unknown')
  })

  it('changes once for each version, wherever the change is asked', async () => {
    const id = await create('eu-west')
    await until(async () => (await stateAt('us-east', id)) === 'pre-active')
    const [first, second] = await Promise.all([change('us-east', id, 1), change('eu-west', id, 1)])
    expect([codeOf(first), codeOf(second)].toSorted()).toEqual(['conflict', 'ok'])
    await until(async () => (await stateAt('ap-south', id)) === 'version 2')
  })

  it('changes with others together or not at all', async () => {
    const one = await create('eu-west')
    const two = await create('eu-west')
    const changes = [one, two].map((id, index) => ({
      id,
      base: { epoch: 1, version: index + 1 },
      state: utf8('together'),
    }))
    expect(codeOf(await objects('eu-west').change(tenant, changes))).toBe('conflict')
    expect(await stateAt('eu-west', one)).toBe('pre-active')
  })

  it('loses its payload for good in every zone when it is destroyed', async () => {
    const id = await create('eu-west')
    expect(codeOf(await change('ap-south', id, 1, { destroy: true }))).toBe('ok')
    for (const zone of ['eu-west', 'us-east', 'ap-south']) {
      await until(async () => (await stateAt(zone, id)) === 'version 2')
      expect(codeOf(await objects(zone).payload(tenant, id))).toBe('destroyed')
      expect(mesh.disks.get(zone)!.records.has(`object/${id}`)).toBe(false)
      expect(mesh.disks.get(zone)!.records.has(`tomb/${id}`)).toBe(true)
    }
    expect(codeOf(await change('eu-west', id, 2, { destroy: true }))).toBe('destroyed')
    // What is said of it may still change; it stays destroyed.
    expect(codeOf(await change('eu-west', id, 2))).toBe('ok')
    expect(codeOf(await objects('eu-west').payload(tenant, id))).toBe('destroyed')
  })

  it('reaches a zone that was away, and so does its end', async () => {
    const kept = await create('eu-west')
    const gone = await create('eu-west')
    await until(async () => (await stateAt('ap-south', gone)) === 'pre-active')
    mesh.kill('ap-south')
    expect(codeOf(await change('eu-west', kept, 1))).toBe('ok')
    expect(codeOf(await change('eu-west', gone, 1, { destroy: true }))).toBe('ok')
    await mesh.start('ap-south')
    await until(async () => (await stateAt('ap-south', kept)) === 'version 2')
    await until(async () => (await stateAt('ap-south', gone)) === 'version 2')
    expect(codeOf(await objects('ap-south').payload(tenant, gone))).toBe('destroyed')
  })

  it('is listed in the order of creation', async () => {
    const wallet = await createTenant()
    const ids: ObjectId[] = []
    for (let index = 0; index < 5; index += 1) {
      mesh.advance(1)
      ids.push(await create('eu-west', wallet))
    }
    const listed = await objects('eu-west').list(wallet)
    expect(listed.map((one) => one.id)).toEqual(ids)
  })

  it('is not asked for by a node whose level is below every zone of the placement', async () => {
    const wallet = await createTenant({ minLevel: 3 })
    expect(mesh.node('us-east').core.status().node.zone).toBe(ZoneId('us-east'))
    const made = await objects('us-east').create(wallet, [
      { id: newId(), payload: utf8('p'), state: utf8('s') },
    ])
    expect(codeOf(made)).toBe('not_here')
  })
})
