/** An object that two homes make under one id, the later without knowing of the earlier. */
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import { ObjectId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { failoverAfterMsDefault } from '../limits.ts'
import { until } from '../testing/core-world.ts'
import { pass } from '../testing/mesh-steps.ts'
import { testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const
let mesh: TestMesh
beforeAll(async () => {
  mesh = await createTestMesh()
})
afterAll(() => mesh.stop())

const objects = (zone: string) => mesh.node(zone).core.managedObjects()!
const isolate = (isCut: boolean): void => {
  for (const zone of ['us-east', 'ap-south']) mesh.cut('eu-west', zone, isCut)
}

describe('an object whose payload is fixed', () => {
  it('is one in the end, with the state of the later home', async () => {
    const alice = testKey(mesh, 'alice')
    const { id: tenant } = (await enrolWallet(mesh, [alice])).wallet
    await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
    const id = ObjectId.of(createEntropy().bytes(16))
    const make = (zone: string) =>
      objects(zone).create(tenant, [
        { id, payload: utf8('fixed'), state: utf8(`by ${zone}`), isFixed: true },
      ])
    isolate(true)
    expect(await make('eu-west')).toMatchObject({ ok: false, refusal: { code: 'pending' } })
    mesh.advance(failoverAfterMsDefault)
    await until(async () => {
      await pass(mesh)
      return (await make('us-east')).ok
    })
    isolate(false)
    mesh.relink('eu-west')
    for (const zone of zones) {
      await until(async () => {
        await pass(mesh)
        const state = await objects(zone).state(tenant, id)
        return state.ok && fromUtf8(state.value.state) === 'by us-east'
      })
      expect((await objects(zone).payload(tenant, id)).ok).toBe(true)
    }
  })
})
