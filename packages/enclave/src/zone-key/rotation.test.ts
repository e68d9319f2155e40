/** The rotation of a zone's key while its nodes are written to, cut off and killed (DESIGN §4). */
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Manifest } from '@holdfast/base/manifest'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Store } from '../ports/store.ts'
import { sealedEpoch } from '../records/record-seal.ts'
import { refillSilenceMs } from '../standing/limits.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { ownerPolicy, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, memorySealing, type TestMesh } from '../testing/test-mesh.ts'
import { changeRequest, enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
const done = { yes: false }
beforeEach(() => {
  done.yes = false
})
afterEach(async () => {
  done.yes = true
  await mesh.stop()
})

const zone = 'eu-west'
const core = (name = zone) => mesh.node(name).core

const create = async (key: TestKey): Promise<Wallet> => (await enrolWallet(mesh, [key])).wallet

const sign = async (wallet: Wallet, key: TestKey, at = zone): Promise<string> =>
  codeOf(await send<SignAnswer>(core(at), signRequest(mesh, wallet), 'sign', [key]))

/** A change of the wallet: its next version. */
const change = async (wallet: Wallet, key: TestKey, at = zone): Promise<Wallet> => {
  const request = changeRequest(mesh, wallet, 'policy.change', { policy: ownerPolicy })
  return must(await send<WalletAnswer>(core(at), request, 'change', [key])).wallet
}

/** Epochs of the keys that sealed what is on a zone's disk. */
const epochs = (of = zone): readonly number[] => [
  ...new Set([...mesh.disks.get(of)!.records.values()].map(({ value }) => sealedEpoch(value)!)),
]

const tick = async (names: readonly string[]): Promise<void> => {
  for (const name of names) await core(name).tick()
}

const untilUnder = (epoch: number, of = zone, names: readonly string[] = [of]): Promise<void> =>
  until(async () => {
    await tick(names)
    return epochs(of).join() === String(epoch)
  })

/** The zone has so many wallets, as those had that were refilled from the others. */
const untilHeld = (wallets: number): Promise<void> =>
  until(async () => {
    await tick(['us-east', 'ap-south', zone])
    return core().status().wallets === wallets
  })

/** Governors want another key for the zone. */
const wantOther = (): void => {
  const zones = mesh.manifest.manifest.zones.map((one) =>
    one.id === zone ? { ...one, keyGeneration: (one.keyGeneration ?? 0) + 1 } : one,
  )
  mesh.govern({ zones })
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))

const listed = (): Pick<Manifest, 'inventory' | 'measurements'> => mesh.manifest.manifest

describe('the rotation of a zone key', () => {
  it('is asked for by governors, and leaves no record under the key before', async () => {
    mesh = await createTestMesh()
    const alice = testKey(mesh, 'alice')
    let wallet = await create(alice)
    wantOther()
    await untilUnder(2)
    expect(epochs('us-east')).toEqual([1])
    expect(await sign(wallet, alice)).toBe('ok')
    // What was sealed again is still what this node has read before.
    wallet = await change(wallet, alice)
    wallet = await change(wallet, alice)
    // The other zones know the key: the next boot is confirmed by them.
    mesh.kill(zone)
    const again = await mesh.start(zone, { confirmedBy: 'zones' })
    await again.core.ready()
    expect(await sign(wallet, alice)).toBe('ok')
  })

  it('begins by itself where a platform or a measurement is listed no longer', async () => {
    mesh = await createTestMesh()
    const { inventory, measurements } = listed()
    const other = { mrEnclave: 'e6'.repeat(32), notBefore: measurements[0]!.notBefore }
    mesh.govern({
      inventory: [...inventory, { ppidHash: 'aa'.repeat(32), zone: mesh.node(zone).zone }],
      measurements: [...measurements, other],
    })
    await tick(['eu-west', 'us-east'])
    expect([epochs('eu-west'), epochs('us-east')]).toEqual([[1], [1]])
    mesh.govern({ inventory })
    await untilUnder(2)
    await tick(['us-east'])
    expect(epochs('us-east')).toEqual([1])
    // Of code nobody knows in which zones it ran.
    mesh.govern({ measurements })
    await untilUnder(3)
    await untilUnder(2, 'us-east')
  })

  it('goes on under writers: none of their changes and signatures fails', async () => {
    mesh = await createTestMesh()
    const keys = ['a', 'b', 'c', 'd'].map((name) => testKey(mesh, name))
    const wallets = await Promise.all(keys.map(create))
    const writers = keys.map(async (key, index) => {
      let wallet = wallets[index]!
      let written = 0
      while (!done.yes || written < 3) {
        wallet = await change(wallet, key)
        expect(await sign(wallet, key)).toBe('ok')
        written += 1
        await pause()
      }
      return wallet
    })
    for (const epoch of [2, 3]) {
      wantOther()
      await untilUnder(epoch)
    }
    done.yes = true
    const last = await Promise.all(writers)
    mesh.kill(zone)
    const again = await mesh.start(zone)
    expect(again.core.status().wallets).toBe(4)
    for (const [index, wallet] of last.entries()) {
      expect(await sign(wallet, keys[index]!)).toBe('ok')
    }
  })

  it('locks out a machine that has the key before alone', async () => {
    const stolen = memorySealing()
    mesh = await createTestMesh()
    const alice = testKey(mesh, 'alice')
    await create(alice)
    mesh.cut('thief', 'us-east', true)
    mesh.cut('thief', 'ap-south', true)
    await mesh.start(zone, { name: 'thief', sealing: stolen, confirmedBy: 'zones' }).catch(() => 0)
    expect(await stolen.read()).toBeDefined()
    mesh.kill('thief')
    // The store's claim is the node's own again.
    mesh.kill(zone)
    await mesh.start(zone)
    wantOther()
    await untilUnder(2)
    mesh.cut('thief', zone, true)
    const start = mesh.start(zone, { name: 'thief', sealing: stolen, confirmedBy: 'zones' })
    await until(() => mesh.starting('thief')?.status().state === 'waiting_for_zone_key')
    await mesh.starting('thief')!.stop()
    await expect(start).rejects.toThrow('has the key of the zone')
  })

  it('is not undone by a host that puts back the store and the cache of before', async () => {
    mesh = await createTestMesh()
    const alice = testKey(mesh, 'alice')
    const wallet = await create(alice)
    const cache = mesh.sealings.get(zone)!
    const [disk, sealed] = [snapshotDisk(mesh.disks.get(zone)!), await cache.read()]
    wantOther()
    await untilUnder(2)
    mesh.kill(zone)
    restoreDisk(mesh.disks.get(zone)!, disk)
    await cache.write(sealed!)
    const put = await mesh.start(zone, { confirmedBy: 'zones' })
    await until(() => put.core.status().state === 'waiting_for_zone_key')
    expect(await sign(wallet, alice)).toBe('not_ready')
    // What it gets back comes from the other zones, under a key that nobody had before.
    mesh.advance(refillSilenceMs + 1)
    await put.core.ready()
    await untilHeld(1)
    expect(put.core.status().zoneKey?.epoch).toBe(3)
    expect(await sign(wallet, alice)).toBe('ok')
  })

  it('waits while too few zones could confirm a boot under the key', async () => {
    mesh = await createTestMesh()
    mesh.cut(zone, 'us-east', true)
    wantOther()
    for (let round = 0; round < 5; round += 1) await tick([zone])
    expect(epochs()).toEqual([1])
    mesh.cut(zone, 'us-east', false)
    await untilUnder(2)
  })
})

describe('a node that is killed while its zone key is rotated', () => {
  /** Lets so many commits through, and then none. */
  const dying = () => {
    let left = Number.POSITIVE_INFINITY
    return {
      after: (commits: number): void => {
        left = commits
      },
      isDead: (): boolean => left < 0,
      wrap: (store: Store): Store => ({
        ...store,
        commit: async (batch, options) => {
          if (left <= 0) {
            left = -1
            return { outcome: 'unknown' }
          }
          left -= 1
          return store.commit(batch, options)
        },
      }),
    }
  }

  it('goes on after every step, and loses nothing', async () => {
    const death = dying()
    mesh = await createTestMesh({
      seenBy: (name, store) => (name === zone ? death.wrap(store) : store),
    })
    const alice = testKey(mesh, 'alice')
    let wallet = await create(alice)
    let epoch = 1
    for (let commits = 0; !(commits > 12); commits += 1) {
      wantOther()
      death.after(commits)
      for (let round = 0; round < 8 && !death.isDead(); round += 1) await tick([zone])
      mesh.kill(zone)
      death.after(Number.POSITIVE_INFINITY)
      const again = await mesh.start(zone, { confirmedBy: 'zones' })
      await again.core.ready()
      expect(await sign(wallet, alice)).toBe('ok')
      epoch += 1
      await untilUnder(epoch)
      wallet = await change(wallet, alice)
    }
  })
})

describe('two machines on one store', () => {
  it('rotate its key together: both write on, and each restarts from its own cache', async () => {
    mesh = await createTestMesh({ more: [] })
    const second = memorySealing()
    await mesh.start(zone, { name: 'second', sealing: second })
    const names = [zone, 'second']
    const keys = ['a', 'b', 'c'].map((name) => testKey(mesh, name))
    const wallets = await Promise.all(keys.map(create))
    const writers = keys.map(async (key, index) => {
      let wallet = wallets[index]!
      let turn = index
      while (!done.yes || turn < 6) {
        const at = names[turn % 2]!
        await until(async () => (await sign(wallet, key, at)) === 'ok')
        wallet = await change(wallet, key, at)
        turn += 1
        await pause()
      }
      return wallet
    })
    wantOther()
    await untilUnder(2, zone, names)
    done.yes = true
    const last = await Promise.all(writers)
    for (const name of names) {
      await core(name).stop()
      mesh.kill(name)
    }
    await mesh.start(zone, { name: 'second', sealing: second })
    for (const [index, wallet] of last.entries()) {
      expect(await sign(wallet, keys[index]!, 'second')).toBe('ok')
    }
  })
  it('send clients of the one that was not given the key to another node', async () => {
    mesh = await createTestMesh({ more: [] })
    const alice = testKey(mesh, 'alice')
    const wallet = await create(alice)
    await mesh.start(zone, { name: 'second', sealing: memorySealing() })
    mesh.cut('second', zone, true)
    wantOther()
    await until(async () => {
      await tick([zone])
      return epochs().includes(2)
    })
    // A conflict would be final for the client, though nothing is wrong with its request.
    expect(await sign(wallet, alice, 'second')).toBe('stale_zone')
    expect(await sign(wallet, alice)).toBe('ok')
    mesh.cut('second', zone, false)
    await until(async () => (await sign(wallet, alice, 'second')) === 'ok')
  })
})
