/** A change of a managed object that another home leaves behind is kept where it was held. */
import type { SupersededObjectsAnswer } from '@holdfast/base/answers'
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import { ObjectId, ZoneId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import type { ManagedObjects, ObjectState } from '../objects/managed-objects.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import { codeOf, must, until } from '../testing/core-world.ts'
import { isCompared, pass } from '../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

const [west, east] = [ZoneId('eu-west'), ZoneId('us-east')]
const zones = [west, east] as const

let mesh: TestMesh
let alice: TestKey
let tenant: Wallet
const ids: ObjectId[] = []

const objects = (zone: ZoneId): ManagedObjects => mesh.node(zone).core.managedObjects()!

const settled = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  until(async () => {
    await pass(mesh)
    return holds()
  })

const make = async (zone: ZoneId): Promise<ObjectId> => {
  const id = ObjectId.of(createEntropy().bytes(16))
  const object = { id, payload: utf8('secret'), state: utf8('made') }
  expect(await objects(zone).create(tenant.id, [object])).toEqual({ ok: true, value: undefined })
  return id
}

const read = async (zone: ZoneId, id: ObjectId): Promise<ObjectState> => {
  const found = await objects(zone).state(tenant.id, id)
  if (!found.ok) throw new Error(found.refusal.code)
  return found.value
}

const change = async (zone: ZoneId, id: ObjectId, text: string, more: object = {}) => {
  const { version: base } = await read(zone, id)
  const changed = await objects(zone).change(tenant.id, [{ id, base, state: utf8(text), ...more }])
  return changed.ok ? 'ok' : changed.refusal.code
}

const textAt = async (zone: ZoneId, id: ObjectId) => fromUtf8((await read(zone, id)).state)

const superseded = (zone: ZoneId, by: TestKey = alice) => {
  const request = walletRequest(mesh, tenant, 'objects.superseded')
  return send<SupersededObjectsAnswer>(mesh.node(zone).core, request, 'read', [by])
}

const versionOf = async (zone: ZoneId, id: ObjectId): Promise<RecordVersion> =>
  (await read(zone, id)).version

/** Four objects in both zones, then two homes that do not hear of each other. */
beforeAll(async () => {
  mesh = await createTestMesh({ zones })
  alice = testKey(mesh, 'alice')
  await settled(() => isCompared(mesh))
  tenant = (await enrolWallet(mesh, [alice])).wallet
  await settled(() => mesh.node(east).core.status().wallets === 1)
  for (let count = 0; count < 4; count += 1) ids.push(await make(west))
  const [first] = ids as [ObjectId]
  expect(await change(west, first, 'final')).toBe('ok')
  mesh.cut(west, east, true)
  const given = await mesh.node(east).core.takeHomes(mesh.homeStatement({ givenUp: [west] }))
  expect(given.ok).toBe(true)
})
afterAll(() => mesh.stop())

describe('changes of managed objects that another home leaves behind', () => {
  it('are kept by the zone that held them, and told by all', async () => {
    const [lost, kept, ended, both] = ids as [ObjectId, ObjectId, ObjectId, ObjectId]
    const at = formatTimestamp(mesh.nowMs())
    expect(await change(west, lost, 'lost')).toBe('pending')
    expect(await change(west, both, 'earlier')).toBe('pending')
    expect(await change(west, both, 'later')).toBe('pending')
    expect(await change(west, ended, 'over', { destroy: true })).toBe('pending')
    const [lostAt, bothAt] = [await versionOf(west, lost), await versionOf(west, both)]
    expect(await change(east, kept, 'of the later home')).toBe('ok')
    expect(await change(east, both, 'of the later home')).toBe('ok')
    mesh.cut(west, east, false)
    mesh.relink(west)
    await settled(async () => {
      const texts = await Promise.all([lost, kept, both].map((id) => textAt(west, id)))
      return texts.join() === 'final,of the later home,of the later home'
    })
    await settled(async () => (await read(east, ended)).destroyed)
    const found = [
      { object: lost, ...lostAt, by: await versionOf(east, lost) },
      { object: both, ...bothAt, by: await versionOf(east, both) },
    ].map((one) => ({ ...one, zone: west, at }))
    for (const zone of zones) {
      const answer = must(await superseded(zone))
      expect(answer.silent).toEqual([])
      expect(answer.objects).toEqual(
        found.toSorted((left, right) => (left.object < right.object ? -1 : 1)),
      )
    }
    expect(zones.map((zone) => mesh.node(zone).core.status().superseded)).toEqual([2, 0])
  })

  it('are told to nobody who may not see the wallet', async () => {
    expect(codeOf(await superseded(west, testKey(mesh, 'mallory')))).toBe('unauthenticated')
  })

  it('are none where a later home has adopted what was held', async () => {
    const [lost] = ids as [ObjectId]
    expect(await change(east, lost, 'once more')).toBe('ok')
    await settled(async () => (await textAt(west, lost)) === 'once more')
    expect(must(await superseded(east)).objects).toHaveLength(2)
  })
})
