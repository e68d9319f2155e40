/** A destruction that only the old home knows, after another home has taken its wallets over. */
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { failoverAfterMsDefault } from '../limits.ts'
import { until } from '../testing/core-world.ts'
import { pass } from '../testing/mesh-steps.ts'
import { testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const others = ['us-east', 'ap-south'] as const
let mesh: TestMesh
let tenant: WalletId
let ended: ObjectId
let kept: ObjectId

const objects = (zone: string) => mesh.node(zone).core.managedObjects()!
const codeOf = (result: Result<unknown>): string => (result.ok ? 'ok' : result.refusal.code)
const isolate = (isCut: boolean): void => {
  for (const zone of others) mesh.cut('eu-west', zone, isCut)
}
const versionAt = async (zone: string, id: ObjectId) => {
  const state = await objects(zone).state(tenant, id)
  return state.ok ? state.value : undefined
}
const create = async (): Promise<ObjectId> => {
  const id = ObjectId.of(createEntropy().bytes(16))
  const made = { id, payload: utf8('the secret'), state: utf8('active') }
  expect(codeOf(await objects('eu-west').create(tenant, [made]))).toBe('ok')
  await until(async () => (await versionAt('ap-south', id)) !== undefined)
  await until(async () => (await versionAt('us-east', id)) !== undefined)
  return id
}
const destroy = async (zone: string, id: ObjectId): Promise<string> => {
  const base = (await versionAt(zone, id))!.version
  const change = { id, base, state: utf8('destroyed'), destroy: true } as const
  return codeOf(await objects(zone).change(tenant, [change]))
}
const hasSecret = (zone: string, id: ObjectId): boolean =>
  mesh.disks.get(zone)!.records.has(`object/${id}`)

beforeAll(async () => {
  mesh = await createTestMesh()
  const alice = testKey(mesh, 'alice')
  tenant = (await enrolWallet(mesh, [alice])).wallet.id
  await until(() => others.every((zone) => mesh.node(zone).core.status().wallets === 1))
  ended = await create()
  kept = await create()
  isolate(true)
  expect(await destroy('eu-west', ended)).toBe('pending')
  mesh.advance(failoverAfterMsDefault)
  await until(async () => {
    await pass(mesh)
    return (await versionAt('us-east', ended))?.version.epoch === 2
  })
})
afterAll(() => mesh.stop())

describe('a destruction that a later home has not adopted', () => {
  it('is final for the zone that acknowledged it, though others have a newer state', async () => {
    expect(codeOf(await objects('us-east').payload(tenant, ended))).toBe('ok')
    expect(codeOf(await objects('eu-west').payload(tenant, ended))).toBe('destroyed')
    isolate(false)
    mesh.relink('eu-west')
    await until(async () => {
      await pass(mesh)
      return (await versionAt('eu-west', kept))?.version.epoch === 2
    })
    expect(codeOf(await objects('eu-west').payload(tenant, ended))).toBe('destroyed')
    expect(hasSecret('eu-west', ended)).toBe(false)
  })

  it('is followed by all zones, and ordered by the home of now', async () => {
    for (const zone of zones) {
      await until(async () => {
        await pass(mesh)
        const state = await versionAt(zone, ended)
        return state?.destroyed === true && state.version.version === 3
      })
      const state = await versionAt(zone, ended)
      expect(state?.version).toEqual({ epoch: 2, version: 3 })
      expect(fromUtf8(state!.state)).toBe('destroyed')
      expect(codeOf(await objects(zone).payload(tenant, ended))).toBe('destroyed')
      expect(hasSecret(zone, ended)).toBe(false)
    }
  })

  it('leaves nothing owed, and other objects as they were', async () => {
    await until(async () => {
      await pass(mesh)
      return zones.every(
        (zone) =>
          ![...mesh.disks.get(zone)!.records.keys()].some((name) => name.startsWith('out/')),
      )
    })
    for (const zone of zones) {
      expect(codeOf(await objects(zone).payload(tenant, kept))).toBe('ok')
    }
  })

  it('is remembered by a zone that is filled again by the others', async () => {
    mesh.kill('us-east')
    await mesh.start('us-east')
    expect(codeOf(await objects('us-east').payload(tenant, ended))).toBe('destroyed')
    expect(await destroy('us-east', ended)).toBe('destroyed')
  })
})
