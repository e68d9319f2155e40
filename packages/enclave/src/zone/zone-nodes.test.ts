import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { beatAgeMsMax, deadBeatMs } from '../limits.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { compactDisk, restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { type StallableStore, stallable } from '../testing/stalled-watch.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { changeRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
const stores = new Map<string, StallableStore>()
const core = (name: string): Core => mesh.node(name).core

const create = async (at = 'eu-west'): Promise<Wallet> => {
  const persons = [alice, bob]
  const request = createRequest(mesh, persons)
  for (;;) {
    // A test before may have held the watch back, and a slow machine holds it at any time.
    await until(() => core(at).status().state === 'ready')
    const answer = await send<WalletAnswer>(core(at), request, 'enrol', persons)
    if (answer.ok || answer.code !== 'stale_zone') return must(answer).wallet
  }
}

const sign = async (wallet: Wallet, at: string, key = alice, rest = {}): Promise<string> =>
  codeOf(await send<SignAnswer>(core(at), signRequest(mesh, wallet, rest), 'sign', [key]))

const removeBob = async (wallet: Wallet, at: string): Promise<Wallet> => {
  const credential = bob.credential.id
  const request = changeRequest(mesh, wallet, 'credential.remove', { credential })
  return must(await send<WalletAnswer>(core(at), request, 'change', [alice])).wallet
}

beforeAll(async () => {
  mesh = await createTestMesh({
    more: ['eu-west/2', 'eu-west/3', 'us-east/2'],
    seenBy: (name, store) => {
      const seen = stallable(store)
      stores.set(name, seen)
      return seen.store
    },
  })
  alice = testKey(mesh, 'alice')
  bob = testKey(mesh, 'bob')
})
afterAll(() => mesh.stop())

describe('several nodes on one store', () => {
  it('sign at once for a wallet that another node of the zone has made', async () => {
    const wallet = await create('eu-west')
    for (const at of ['eu-west/2', 'eu-west/3']) {
      const answer = must(
        await send<SignAnswer>(core(at), signRequest(mesh, wallet), 'sign', [alice]),
      )
      expect(answer.receipt.node.boot).toBe(mesh.node(at).identity.boot)
    }
  })

  it('stop for a credential that another node of the zone has removed', async () => {
    const wallet = await create('eu-west')
    expect(await sign(wallet, 'eu-west/2', bob)).toBe('ok')
    await removeBob(wallet, 'eu-west/3')
    await until(async () => (await sign(wallet, 'eu-west/2', bob)) !== 'ok')
    expect(await sign(wallet, 'eu-west/2', alice)).toBe('ok')
    // The other zone has several nodes too: the change came to one of them, by the mesh.
    await until(async () => (await sign(wallet, 'us-east', bob)) !== 'ok')
    await until(async () => (await sign(wallet, 'us-east/2', bob)) !== 'ok')
  })

  it('let one of several changes on one version win, whichever node orders it', async () => {
    const wallet = await create()
    const change = (index: number): object => ({
      operation: 'account.add',
      mesh: mesh.mesh,
      expiresAt: expiresAt(mesh, 200_000 + index),
      wallet: wallet.id,
      base: { epoch: wallet.epoch, version: wallet.version },
      key: wallet.keys[0]?.id,
      accounts: [{ chain: 'bitcoin', script: index % 2 === 0 ? 'p2wpkh' : 'p2tr' }],
    })
    const answers = await Promise.all(
      ['eu-west', 'eu-west/2', 'eu-west/3'].map(async (at, index) =>
        codeOf(await send<WalletAnswer>(core(at), change(index), 'change', [alice])),
      ),
    )
    expect(answers.filter((code) => code !== 'conflict' && code !== 'ok')).toEqual([])
    expect(answers.filter((code) => code === 'ok')).toHaveLength(1)
  })

  it('answer for a version that the client has seen before the watch told of it', async () => {
    const wallet = await create('eu-west')
    stores.get('eu-west/2')?.stall(true)
    const changed = await removeBob(wallet, 'eu-west')
    const seen = { epoch: changed.epoch, version: changed.version }
    expect(await sign(wallet, 'eu-west/2', alice, { seen })).toBe('ok')
    expect(await sign(wallet, 'eu-west/2', bob, { seen })).not.toBe('ok')
    stores.get('eu-west/2')?.stall(false)
  })
})

describe('a node whose watch is silent', () => {
  it('refuses to sign once its last beat is old, and signs when the watch goes on', async () => {
    const wallet = await create('eu-west')
    stores.get('eu-west/2')?.stall(true)
    expect(await sign(wallet, 'eu-west/2')).toBe('ok')
    mesh.advance(beatAgeMsMax)
    expect(await sign(wallet, 'eu-west/2')).toBe('stale_zone')
    const list = { operation: 'wallet.list', mesh: mesh.mesh, expiresAt: expiresAt(mesh) }
    expect(codeOf(await send(core('eu-west/2'), list, 'read', [alice]))).toBe('stale_zone')
    await until(async () => (await sign(wallet, 'eu-west')) === 'ok')
    stores.get('eu-west/2')?.stall(false)
    await until(async () => (await sign(wallet, 'eu-west/2')) === 'ok')
  })

  it('knows what was changed meanwhile before it signs again', async () => {
    const wallet = await create('eu-west')
    await until(async () => (await sign(wallet, 'eu-west/2', bob)) === 'ok')
    stores.get('eu-west/2')?.stall(true)
    await removeBob(wallet, 'eu-west')
    mesh.advance(beatAgeMsMax)
    expect(await sign(wallet, 'eu-west/2', bob)).toBe('stale_zone')
    stores.get('eu-west/2')?.stall(false)
    const codes = new Set<string>()
    await until(async () => {
      codes.add(await sign(wallet, 'eu-west/2', bob))
      return codes.size > 1
    })
    expect(codes.has('ok')).toBe(false)
  })

  it('reads all anew where the watch was compacted meanwhile', async () => {
    const wallet = await create('eu-west')
    const disk = mesh.disks.get('eu-west')!
    stores.get('eu-west/3')?.stall(true)
    await removeBob(wallet, 'eu-west')
    compactDisk(disk)
    stores.get('eu-west/3')?.stall(false)
    await until(async () => (await sign(wallet, 'eu-west/3', alice)) === 'ok')
    expect(await sign(wallet, 'eu-west/3', bob)).not.toBe('ok')
  })

  it('refuses after its clock fell, until a beat began by the new time', async () => {
    const wallet = await create('eu-west')
    stores.get('eu-west')?.stall(true)
    mesh.advance(-60_000)
    expect(await sign(wallet, 'eu-west')).toBe('stale_zone')
    stores.get('eu-west')?.stall(false)
    await until(async () => {
      // By the new time nobody was heard yet either.
      await core('eu-west').tick()
      return (await sign(wallet, 'eu-west')) === 'ok'
    })
  })
})

describe('the beats of a zone', () => {
  const beats = (): string[] =>
    [...mesh.disks.get('us-east')!.records.keys()].filter((key) => key.startsWith('beat/'))

  it('say which nodes there are, and those of a dead node are deleted by another', async () => {
    const boots = [mesh.node('us-east'), mesh.node('us-east/2')].map((node) => node.identity.boot)
    expect(beats().toSorted()).toEqual(boots.map((boot) => `beat/${boot}`).toSorted())
    const dead = mesh.node('us-east/2')
    await dead.core.stop()
    mesh.kill('us-east/2')
    mesh.advance(deadBeatMs)
    await until(() => !beats().includes(`beat/${dead.identity.boot}`))
    expect(beats()).toEqual([`beat/${mesh.node('us-east').identity.boot}`])
  })
})

describe('a shared store that was put back', () => {
  it('is served no longer by a node that remembers more', async () => {
    const disk = mesh.disks.get('ap-south')!
    const before = snapshotDisk(disk)
    await create('ap-south')
    await until(() => core('ap-south').status().wallets > 0)
    restoreDisk(disk, before)
    // Not merely late, which passes.
    await until(() => core('ap-south').status().state === 'fallen')
    const answer = await core('ap-south').handle(utf8('{}'))
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'not_ready' } })
  })
})
