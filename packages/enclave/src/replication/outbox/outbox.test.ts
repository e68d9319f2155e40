/** What a zone is owed that was away: listed up to a bound, found by comparing beyond it. */
import { utf8 } from '@holdfast/base/bytes'
import { ObjectId, type WalletId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../../crypto/entropy.ts'
import { catchUpIntervalMs } from '../../limits.ts'
import { until } from '../../testing/core-world.ts'
import { type TestKey, testKey } from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { enrolWallet } from '../../testing/wallet-requests.ts'

const home = 'eu-west'
const away = 'ap-south'
let mesh: TestMesh
let alice: TestKey
const wallets: WalletId[] = []

const records = (zone: string) => mesh.disks.get(zone)!.records
const owed = (): string[] =>
  [...records(home).keys()].filter((name) => name.startsWith(`out/${away}/`))
const tick = async (): Promise<void> => {
  mesh.advance(catchUpIntervalMs)
  await mesh.node(home).core.tick()
}
const create = async (): Promise<void> => {
  wallets.push((await enrolWallet(mesh, [alice])).wallet.id)
}
const isolate = (isCut: boolean): void => {
  for (const zone of [home, 'us-east']) mesh.cut(away, zone, isCut)
}

beforeAll(async () => {
  mesh = await createTestMesh({ outboxPerZoneMax: 2 })
  alice = testKey(mesh, 'alice')
  isolate(true)
  for (let index = 0; index < 5; index += 1) await create()
})
afterAll(() => mesh.stop())

describe('the outbox of a zone that is away', () => {
  it('lists a bounded number of records, and marks that there is more', () => {
    expect(owed().toSorted().at(-3)).toBe(`out/${away}/dirty`)
    expect(owed()).toHaveLength(3)
  })

  it('is still bounded after what it holds was counted anew', async () => {
    await tick()
    await create()
    expect(owed()).toHaveLength(3)
  })

  it('brings everything once the zone is back, and keeps no mark', async () => {
    const id = ObjectId.of(createEntropy().bytes(16))
    const [tenant] = wallets as [WalletId]
    const made = { id, payload: utf8('the secret'), state: utf8('active') }
    await mesh.node(home).core.managedObjects()!.create(tenant, [made])
    // Not by fetching, when links come up: it is the sender whose work is looked at.
    isolate(false)
    await until(async () => {
      await tick()
      return owed().length === 0
    })
    for (const wallet of wallets) expect(records(away).has(`wallet/${wallet}`)).toBe(true)
    expect(records(away).has(`object/${id}`)).toBe(true)
  })

  it('does not let what a zone refuses hold up the rest', async () => {
    isolate(true)
    await tick()
    await create()
    isolate(false)
    const [stuck] = owed().filter((name) => name.includes('/wallet/'))
    const refused = `wallet/${stuck!.split('/').at(-1)!}`
    // The one that comes first cannot be read here, and so not be sent.
    const record = records(home).get(refused)!
    records(home).delete(refused)
    await create()
    await until(async () => {
      await tick()
      return records(away).has(`wallet/${wallets.at(-1)!}`)
    })
    records(home).set(refused, record)
  })
})
