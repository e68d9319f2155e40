import type { SignAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, until } from '../../testing/core-world.ts'
import { type MemoryDisk, restoreDisk, snapshotDisk } from '../../testing/memory-store.ts'
import { isCompared, meshesOfFile } from '../../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../../testing/test-client.ts'
import type { TestMesh } from '../../testing/test-mesh.ts'
import { addAccount, enrolWallet, show } from '../../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
const newMesh = meshesOfFile()

const diskOf = (zone: string): MemoryDisk => {
  const disk = mesh.disks.get(zone)
  if (disk === undefined) throw new Error(zone)
  return disk
}

const add = (wallet: Wallet, script: string) =>
  addAccount({ mesh, alice }, 'eu-west', wallet, script)

const held = (zone: string, wallet: Wallet) => show({ mesh, alice, wallet }, zone)

/** A wallet in its third version everywhere, and the home's disk as it was in the first. */
const rolledBackHome = async () => {
  mesh = await newMesh()
  alice = testKey(mesh, 'alice')
  await until(() => isCompared(mesh))
  const { wallet: first } = await enrolWallet(mesh, [alice])
  const snapshot = snapshotDisk(diskOf('eu-west'))
  const second = must(await add(first, 'p2wpkh')).wallet
  const third = must(await add(second, 'p2tr')).wallet
  await until(async () => (await held('ap-south', first)).version === 3)
  return { first, third, snapshot }
}

describe('a home whose store was put back before it started', () => {
  it('orders nothing before the others told it what it forgot', async () => {
    const { first, third, snapshot } = await rolledBackHome()
    mesh.kill('eu-west')
    restoreDisk(diskOf('eu-west'), snapshot)
    for (const other of ['us-east', 'ap-south']) mesh.cut('eu-west', other, true)
    await mesh.start('eu-west')
    const alone = await add(first, 'p2pkh')
    expect(alone).toMatchObject({ ok: false, code: 'recovering', subject: 'us-east,ap-south' })

    mesh.cut('eu-west', 'us-east', false)
    await mesh.node('eu-west').core.tick()
    expect(codeOf(await add(first, 'p2pkh'))).toBe('recovering')

    mesh.cut('eu-west', 'ap-south', false)
    mesh.relink('eu-west')
    await until(() => isCompared(mesh))
    expect(codeOf(await add(first, 'p2pkh'))).toBe('conflict')
    expect((await held('eu-west', first)).version).toBe(3)
    expect(must(await add(third, 'p2pkh')).wallet.version).toBe(4)
  })

  it('does not sign on what it holds before it has heard the others', async () => {
    const { first, snapshot } = await rolledBackHome()
    mesh.kill('eu-west')
    restoreDisk(diskOf('eu-west'), snapshot)
    for (const other of ['us-east', 'ap-south']) mesh.cut('eu-west', other, true)
    await mesh.start('eu-west')
    const sign = () =>
      send<SignAnswer>(mesh.node('eu-west').core, signRequest(mesh, first), 'sign', [alice])
    expect(codeOf(await sign())).toBe('stale')
    mesh.cut('eu-west', 'us-east', false)
    mesh.relink('eu-west')
    expect(must(await sign()).receipt.version).toBe(3)
  })
})

describe('a store that is put back under a running node', () => {
  for (const incarnation of [undefined, 'restored'] as const) {
    const what = incarnation === undefined ? 'an older copy' : 'a fork with another incarnation'
    it(`ends what the node serves, and is filled again after its start: ${what}`, async () => {
      const { first, third, snapshot } = await rolledBackHome()
      const { core } = mesh.node('eu-west')
      restoreDisk(diskOf('eu-west'), snapshot, incarnation === undefined ? {} : { incarnation })
      await core.tick()
      expect(core.status().state).toBe('fallen')
      expect(codeOf(await add(third, 'p2pkh'))).toBe('not_ready')
      mesh.kill('eu-west')
      await mesh.start('eu-west')
      await until(() => isCompared(mesh))
      expect((await held('eu-west', first)).version).toBe(3)
      expect(must(await add(third, 'p2pkh')).wallet.version).toBe(4)
    })
  }

  it('is noticed by the first commit, which is not acknowledged', async () => {
    const { third, snapshot } = await rolledBackHome()
    // The wallet's own record is as new as before: only the revision of the store tells.
    const disk = diskOf('eu-west')
    const records = new Map([...disk.records].map(([key, value]) => [key, { ...value }]))
    restoreDisk(disk, { ...snapshot, records })
    const answer = await add(third, 'p2pkh')
    expect(answer).toMatchObject({ ok: false, code: 'store_failed' })
    expect(mesh.node('eu-west').core.status().state).toBe('fallen')
  })
})
