/** A change of a wallet's placement that meets a new home of the group that the wallet leaves. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import type { Store } from '../ports/store.ts'
import { must, until } from '../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import type { TestMesh } from '../testing/test-mesh.ts'
import { addAccount, changeRequest, enrolWallet, show } from '../testing/wallet-requests.ts'

const [west, east, south] = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]
const zones = [west, east, south]
const newMesh = meshesOfFile()

type World = {
  readonly mesh: TestMesh
  readonly alice: TestKey
  readonly wallet: Wallet
  /** What happens as soon as a zone has stored a version of a wallet, and before that. */
  readonly once: Map<string, () => void>
  readonly before: Map<string, () => Promise<unknown>>
}

/** Each at most once. */
const taken = <Value>(from: Map<string, Value>, name: string): Value | undefined => {
  const value = from.get(name)
  from.delete(name)
  return value
}

const world = async (): Promise<World> => {
  const once: World['once'] = new Map()
  const before: World['before'] = new Map()
  const seenBy = (name: string, store: Store): Store => {
    const commit = store.commit.bind(store)
    store.commit = async (batch, options) => {
      const isWallet = batch.writes.some(({ key }) => key.startsWith('wallet/'))
      if (isWallet) await taken(before, name)?.()
      const outcome = await commit(batch, options)
      if (isWallet) taken(once, name)?.()
      return outcome
    }
    return store
  }
  const mesh = await newMesh({ seenBy })
  const alice = testKey(mesh, 'alice')
  await until(() => isCompared(mesh))
  const { wallet } = await enrolWallet(mesh, [alice])
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, alice, wallet, once, before }
}

const cut = ({ mesh }: World, zone: ZoneId, isCut: boolean): void => {
  for (const other of zones) if (other !== zone) mesh.cut(zone, other, isCut)
}

/** The home orders that the wallet leaves south, and is cut off before anybody hears of it. */
const leaveSouthUnheard = async (started: World): Promise<void> => {
  const { mesh, alice, wallet, once } = started
  once.set(west, () => cut(started, west, true))
  const placement = resolvePlacement({
    constraints: { regions: [west, east] },
    home: west,
    zones: mesh.manifest.manifest.zones,
  })
  if (!placement.ok) throw new Error(placement.refusal.detail)
  const request = changeRequest(mesh, wallet, 'placement.change', { placement: placement.value })
  const changed = await send<WalletAnswer>(mesh.node(west).core, request, 'change', [alice])
  expect(must(changed).durability).toMatchObject({ state: 'pending', confirmed: [west] })
}

const moveHomeSouth = async ({ mesh }: World): Promise<void> => {
  const statement = mesh.homeStatement({ moves: [{ founder: west, home: south }] })
  expect((await mesh.node(south).core.takeHomes(statement)).ok).toBe(true)
}

const heal = ({ mesh }: World, some = zones): void => {
  for (const zone of some) for (const other of some) mesh.cut(zone, other, false)
  for (const zone of some) mesh.relink(zone)
}

const owesNothing = ({ mesh }: World): boolean =>
  zones.every((zone) =>
    [...(mesh.disks.get(zone)?.records.keys() ?? [])].every((name) => !name.startsWith('out/')),
  )

/** The wallet once it has left south. */
const settled = async (started: World): Promise<Wallet> => {
  await until(async () => {
    await pass(started.mesh)
    const { moved } = await show(started, east)
    return moved !== undefined && moved.from === undefined && moved.left === undefined
  })
  const wallet = await show(started, west)
  // Above the epoch that was promised to the home of the group that it left.
  expect(wallet).toMatchObject({ home: west, epoch: 3, placement: { zones: [west, east] } })
  return wallet
}

describe('a change of the placement, while governors move the home', () => {
  it('comes to its end where the new home has heard of it', async () => {
    const started = await world()
    await leaveSouthUnheard(started)
    started.mesh.cut(west, south, false)
    await moveHomeSouth(started)
    heal(started)
    const moved = await settled(started)
    expect(must(await addAccount(started, east, moved, 'p2tr')).durability.state).toBe('final')
    await until(() => owesNothing(started))
    expect(started.mesh.node(south).core.status().wallets).toBe(0)
  })

  it('comes to its end where the new home hears of it before it orders the wallet', async () => {
    const started = await world()
    const { mesh, before } = started
    await leaveSouthUnheard(started)
    before.set(south, async () => {
      mesh.cut(west, south, false)
      mesh.relink(south)
      await pass(mesh, [south])
    })
    await moveHomeSouth(started)
    heal(started)
    await settled(started)
    await until(() => owesNothing(started))
  })

  it('comes to nothing where it has not, though others fetch it before they hear it', async () => {
    const started = await world()
    const { mesh, once } = started
    await leaveSouthUnheard(started)
    once.set(south, () => mesh.cut(south, east, true))
    await moveHomeSouth(started)
    heal(started, [west, east])
    for (let round = 0; round < 5; round += 1) await pass(mesh)
    // A majority of both placements, but not the zone that may have ordered the wallet meanwhile.
    expect(await show(started, east)).toMatchObject({ home: west, epoch: 1, version: 2 })
    heal(started)
    await until(async () => {
      await pass(mesh)
      const shown = await Promise.all(zones.map((zone) => show(started, zone)))
      return shown.every(({ epoch }) => epoch === 2) && owesNothing(started)
    })
    const { moved, ...wallet } = await show(started, west)
    expect(wallet).toMatchObject({ home: south, founder: west })
    expect(wallet.placement.zones).toHaveLength(3)
    expect(moved).toBeUndefined()
  })
})
