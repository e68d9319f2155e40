import type { CancelAnswer, WalletAnswer } from '@holdfast/base/answers'
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import type { WalletId } from '@holdfast/base/ids'
import { beforeAll, describe, expect, it } from 'vitest'
import { catchUpIntervalMs } from '../limits.ts'
import { codeOf, must, until } from '../testing/core-world.ts'
import { restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { createRequest, send, type TestKey, testKey } from '../testing/test-client.ts'
import type { TestMesh, TestMeshOptions } from '../testing/test-mesh.ts'
import { walletRequest } from '../testing/wallet-requests.ts'
import { walletIdOf } from '../wallets/wallet-id.ts'

const home = 'eu-west'
const others = ['us-east', 'ap-south']
const newMesh = meshesOfFile()

type Creation = { readonly bytes: Bytes; readonly id: WalletId }
type On = { readonly mesh: TestMesh; readonly alice: TestKey; readonly bob: TestKey }

const world = async (options?: TestMeshOptions): Promise<On> => {
  const mesh = await newMesh(options)
  await until(async () => {
    await pass(mesh)
    return isCompared(mesh)
  })
  return { mesh, alice: testKey(mesh, 'alice'), bob: testKey(mesh, 'bob') }
}

const creation = ({ mesh, alice, bob }: On, durability = 2): Creation => {
  const persons = [
    { id: alice.credential.person, owner: true },
    { id: bob.credential.person, owner: false },
  ]
  const request = createRequest(mesh, [alice, bob], { persons })
  const placement = { ...request.placement, durability }
  const bytes = utf8(JSON.stringify({ ...request, placement }))
  return { bytes, id: walletIdOf(mesh.crypto, bytes) }
}

const create = ({ mesh, alice, bob }: On, { bytes }: Creation, at = home) =>
  send<WalletAnswer>(mesh.node(at).core, bytes, 'enrol', [alice, bob])

const cancel = ({ mesh, alice }: On, { id }: Creation, at = home, key = alice) =>
  send<CancelAnswer>(mesh.node(at).core, walletRequest(mesh, { id }, 'wallet.cancel'), 'change', [
    key,
  ])

const show = ({ mesh, alice }: On, { id }: Creation, at: string) =>
  send<WalletAnswer>(mesh.node(at).core, walletRequest(mesh, { id }, 'wallet.show'), 'read', [
    alice,
  ])

/** Cuts or mends all links of some nodes of the home's zone to the others. */
const isolate = ({ mesh }: On, isCut: boolean, nodes: readonly string[] = [home]): void => {
  for (const node of nodes) for (const other of others) mesh.cut(node, other, isCut)
  if (!isCut) for (const node of nodes) mesh.relink(node)
}

const tick = async ({ mesh }: On, nodes: readonly string[] = [home, ...others]): Promise<void> => {
  mesh.advance(catchUpIntervalMs)
  await Promise.all(nodes.map((node) => mesh.node(node).core.tick()))
}

const names = ({ mesh }: On, zone: string): readonly string[] => [
  ...mesh.disks.get(zone)!.records.keys(),
]

/** Made at a home that reaches nobody: nobody else was sent it. */
const pendingAlone = async (on: On, durability?: number): Promise<Creation> => {
  isolate(on, true)
  const made = creation(on, durability)
  expect(codeOf(await create(on, made))).toBe('pending')
  return made
}

const shownEverywhere = async (on: On, made: Creation): Promise<void> => {
  for (const zone of [home, ...others]) {
    await until(async () => {
      await tick(on)
      return (await show(on, made, zone)).ok
    })
  }
}

describe('a creation that its home has handed to nobody', () => {
  let on: On
  beforeAll(async () => {
    on = await world()
  })

  it('is cancelled, finally once a majority has recorded it, and never comes back', async () => {
    const before = names(on, home)
    const made = await pendingAlone(on)
    const first = must(await cancel(on, made))
    expect(first.durability).toMatchObject({ state: 'pending', missing: ['us-east', 'ap-south'] })
    const left = names(on, home).filter((name) => !before.includes(name) && !name.startsWith('log'))
    expect(left.toSorted()).toEqual([
      `cancelled/${made.id}`,
      `out/ap-south/cancelled/${made.id}`,
      `out/us-east/cancelled/${made.id}`,
    ])
    expect(codeOf(await show(on, made, home))).toBe('cancelled')
    isolate(on, false)
    await until(async () => must(await cancel(on, made)).durability.state === 'final')
    await until(async () => {
      await tick(on)
      return others.every((zone) => names(on, zone).includes(`cancelled/${made.id}`))
    })
    expect(names(on, home).filter((name) => name.startsWith('out/'))).toEqual([])
    for (const zone of [home, ...others]) {
      expect(codeOf(await create(on, made, zone)), zone).toBe('cancelled')
      expect(codeOf(await show(on, made, zone)), zone).toBe('cancelled')
      expect(names(on, zone)).not.toContain(`wallet/${made.id}`)
      expect(must(await cancel(on, made, zone)).durability.missing, zone).toEqual([])
    }
  })

  it('is cancelled by its owners alone', async () => {
    const made = await pendingAlone(on)
    expect(codeOf(await cancel(on, made, home, on.bob))).toBe('quorum_not_met')
    const request = walletRequest(on.mesh, made, 'wallet.cancel')
    const { core } = on.mesh.node(home)
    expect(codeOf(await send(core, request, 'change', []))).toBe('unauthenticated')
    expect(codeOf(await send(core, request, 'read', [on.alice]))).toBe('bad_proof')
    expect(codeOf(await cancel(on, made))).toBe('ok')
    isolate(on, false)
  })

  it('is sent and completed where nobody cancels it, and then not cancelled', async () => {
    const made = await pendingAlone(on)
    expect(names(on, home)).toContain(`unsent/${made.id}`)
    isolate(on, false)
    await shownEverywhere(on, made)
    expect(names(on, home)).not.toContain(`unsent/${made.id}`)
    expect(await cancel(on, made)).toMatchObject({ ok: false, code: 'conflict' })
  })

  it('is not cancelled once one zone may have it, though no answer came', async () => {
    isolate(on, true)
    const made = creation(on, 3)
    expect(codeOf(await create(on, made))).toBe('pending')
    // It takes the wallet; its answer is lost with the link.
    on.mesh.cut(home, 'us-east', false)
    on.mesh.relink(home)
    await until(async () => {
      await tick(on, [home])
      return names(on, 'us-east').includes(`wallet/${made.id}`)
    })
    isolate(on, true)
    const refused = await cancel(on, made)
    expect(refused).toEqual({ ok: false, code: 'conflict', subject: 'us-east,ap-south' })
    isolate(on, false)
    await shownEverywhere(on, made)
  })

  it('writes nothing more where a zone is linked', async () => {
    const made = creation(on)
    must(await create(on, made))
    expect(names(on, home)).not.toContain(`unsent/${made.id}`)
    expect(codeOf(await cancel(on, made))).toBe('conflict')
  })

  it('is not listed for other zones, nor counted as held, and still found', async () => {
    const made = await pendingAlone(on)
    const { core } = on.mesh.node(home)
    expect((await create(on, made, home)).ok).toBe(false)
    on.mesh.kill(home)
    await on.mesh.start(home)
    isolate(on, true)
    expect(codeOf(await cancel(on, made))).toBe('conflict')
    expect(core.status().wallets).toBeGreaterThan(0)
    // Of the two that may know better only one is there: it is sent to nobody yet.
    on.mesh.cut(home, 'us-east', false)
    on.mesh.relink(home)
    await tick(on)
    await tick(on)
    expect(names(on, home)).toContain(`unsent/${made.id}`)
    expect(names(on, 'us-east')).not.toContain(`wallet/${made.id}`)
    isolate(on, false)
    await shownEverywhere(on, made)
  })
})

describe('a home whose store was put back to before the cancellation', () => {
  it('hears of it before it sends the wallet, and erases it again', async () => {
    const on = await world()
    const made = await pendingAlone(on)
    const snapshot = snapshotDisk(on.mesh.disks.get(home)!)
    must(await cancel(on, made))
    on.mesh.cut(home, 'us-east', false)
    on.mesh.relink(home)
    await until(async () => must(await cancel(on, made)).durability.state === 'final')
    isolate(on, true)
    on.mesh.kill(home)
    restoreDisk(on.mesh.disks.get(home)!, snapshot)
    await on.mesh.start(home)
    // The zone that was not told is not enough to send it.
    on.mesh.cut(home, 'ap-south', false)
    on.mesh.relink(home)
    await tick(on)
    await tick(on)
    expect(names(on, 'ap-south')).not.toContain(`wallet/${made.id}`)
    isolate(on, false)
    await until(async () => {
      await tick(on)
      return names(on, 'ap-south').includes(`cancelled/${made.id}`)
    })
    for (const zone of [home, ...others]) {
      expect(names(on, zone).filter((name) => name.includes(made.id))).toEqual([
        `cancelled/${made.id}`,
      ])
      expect(codeOf(await create(on, made, zone))).toBe('cancelled')
    }
  })
})

describe('a zone whose store forgot a cancellation', () => {
  it('is told of it before it has compared anybody, and refuses the wallet again', async () => {
    const on = await world()
    const disk = on.mesh.disks.get('us-east')!
    const snapshot = snapshotDisk(disk)
    const made = await pendingAlone(on)
    must(await cancel(on, made))
    isolate(on, false)
    await until(async () => {
      await tick(on)
      return others.every((zone) => names(on, zone).includes(`cancelled/${made.id}`))
    })
    on.mesh.kill('us-east')
    restoreDisk(disk, snapshot)
    await on.mesh.start('us-east')
    await until(async () => {
      await tick(on)
      return disk.records.has(`cancelled/${made.id}`)
    })
    expect(codeOf(await create(on, made, 'us-east'))).toBe('cancelled')
  })
})

describe('two nodes of the home', () => {
  const nodes = [home, `${home}/2`]
  let on: On
  beforeAll(async () => {
    on = await world({ more: [`${home}/2`] })
  })

  it('cancel what the other has made, and both know it', async () => {
    isolate(on, true, nodes)
    const made = creation(on)
    await until(async () => codeOf(await create(on, made)) === 'pending')
    await until(async () => (await cancel(on, made, `${home}/2`)).ok)
    await until(async () => codeOf(await show(on, made, home)) === 'cancelled')
    isolate(on, false, nodes)
  })

  it('send a wallet or cancel it: never both', async () => {
    const seen = new Set<string>()
    for (let round = 0; round < 12; round += 1) {
      isolate(on, true, nodes)
      const made = creation(on)
      await until(async () => codeOf(await create(on, made)) === 'pending')
      await until(async () => codeOf(await show(on, made, `${home}/2`)) === 'pending')
      const { core } = on.mesh.node(home)
      on.mesh.advance(catchUpIntervalMs)
      await until(() => nodes.every((node) => on.mesh.node(node).core.status().state === 'ready'))
      // One sends it as its links come up, while the other is asked to cancel it.
      isolate(on, false, [home])
      void core.tick()
      for (let turn = 0; turn < round * 6; turn += 1) await Promise.resolve()
      const answer = await cancel(on, made, `${home}/2`)
      isolate(on, false, nodes)
      await tick(on, [...nodes, ...others])
      if (answer.ok) {
        await until(async () => codeOf(await show(on, made, home)) === 'cancelled')
        for (const zone of others) expect(names(on, zone)).not.toContain(`wallet/${made.id}`)
      } else {
        expect(answer.code).toBe('conflict')
        await until(async () => (await show(on, made, home)).ok)
      }
      seen.add(codeOf(answer))
    }
    expect([...seen].toSorted()).toEqual(['conflict', 'ok'])
  })
})
