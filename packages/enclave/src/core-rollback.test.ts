import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, until } from './testing/core-world.ts'
import { type MemoryDisk, restoreDisk, snapshotDisk } from './testing/memory-store.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from './testing/test-client.ts'
import { createTestMesh, type TestMesh } from './testing/test-mesh.ts'

let mesh: TestMesh
let alice: TestKey
const meshes: TestMesh[] = []
/** At the end: what they still send each other needs their crypto. */
afterAll(() => Promise.all(meshes.map((one) => one.stop())))

const zones = ['eu-west', 'us-east', 'ap-south'] as const

const diskOf = (zone: string): MemoryDisk => {
  const disk = mesh.disks.get(zone)
  if (disk === undefined) throw new Error(zone)
  return disk
}

const addition = (wallet: Wallet, script: string): object => ({
  operation: 'account.add',
  mesh: mesh.mesh,
  expiresAt: expiresAt(mesh),
  wallet: wallet.id,
  key: wallet.keys[0]?.id,
  accounts: [{ chain: 'bitcoin', script, network: 'mainnet' }],
  base: { epoch: wallet.epoch, version: wallet.version },
})

const add = (wallet: Wallet, script: string) =>
  send<WalletAnswer>(mesh.node('eu-west').core, addition(wallet, script), 'change', [alice])

const held = async (zone: string, wallet: Wallet): Promise<Wallet> => {
  const request = {
    operation: 'wallet.show',
    mesh: mesh.mesh,
    expiresAt: expiresAt(mesh),
    wallet: wallet.id,
  }
  return must(await send<WalletAnswer>(mesh.node(zone).core, request, 'read', [alice])).wallet
}

const comparedAll = (): boolean =>
  zones.every((zone) =>
    mesh
      .node(zone)
      .core.status()
      .peers.every((peer) => peer.compared === true),
  )

/** A wallet in its third version everywhere, and the home's disk as it was in the first. */
const rolledBackHome = async () => {
  mesh = await createTestMesh()
  meshes.push(mesh)
  alice = testKey(mesh, 'alice')
  await until(comparedAll)
  const created = await send<WalletAnswer>(
    mesh.node('eu-west').core,
    createRequest(mesh, [alice]),
    'enrol',
    [alice],
  )
  const first = must(created).wallet
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
    await until(comparedAll)
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
      await until(comparedAll)
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
