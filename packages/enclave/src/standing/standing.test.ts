/** The hostile host against the confirmation of boots (DESIGN §4): each trick has its refusal. */
import type { SignAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { StoreUnavailable } from '../ports/store.ts'
import { logHeadPrefix, walletPrefix } from '../records/names.ts'
import { codeOf, signRequest, until } from '../testing/core-world.ts'
import {
  createMemoryDisk,
  openMemoryStore,
  restoreDisk,
  snapshotDisk,
} from '../testing/memory-store.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, memorySealing, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'
import { refillSilenceMs } from './limits.ts'
import { confirmationsNeeded } from './quorum.ts'

let mesh: TestMesh
let alice: TestKey
beforeEach(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
afterEach(() => mesh.stop())

const state = (name: string): string => mesh.starting(name)?.status().state ?? 'none'
const create = async () => (await enrolWallet(mesh, [alice])).wallet

describe('the confirmation of a boot', () => {
  it('needs a majority of the other zones', () => {
    expect([1, 2, 3, 4, 5].map(confirmationsNeeded)).toEqual([0, 1, 2, 2, 3])
  })

  it('comes from the other zones when one node restarts, without a governor', async () => {
    const wallet = await create()
    mesh.kill('eu-west')
    const again = await mesh.start('eu-west', { confirmedBy: 'zones' })
    await again.core.ready()
    const signed = await send<SignAnswer>(again.core, signRequest(mesh, wallet), 'sign', [alice])
    expect(codeOf(signed)).toBe('ok')
  })

  it('lets the node serve though its store did not answer at that moment', async () => {
    const fails = new Set<string>()
    const other = await createTestMesh({
      seenBy: (_name, store) => ({
        ...store,
        scan: (prefix, options) =>
          fails.delete(prefix)
            ? Promise.reject(new StoreUnavailable(prefix))
            : store.scan(prefix, options),
      }),
    })
    other.kill('eu-west')
    for (const zone of ['us-east', 'ap-south']) other.cut('eu-west', zone, true)
    const again = await other.start('eu-west', { confirmedBy: 'zones' })
    for (const prefix of [walletPrefix, logHeadPrefix]) fails.add(prefix)
    for (const zone of ['us-east', 'ap-south']) other.cut('eu-west', zone, false)
    await until(async () => {
      await again.core.tick()
      return again.core.status().state === 'ready'
    })
    expect(fails.size).toBe(0)
    await other.stop()
  })

  it('is awaited by a node that starts from its cache: it does not sign before', async () => {
    const wallet = await create()
    for (const zone of ['eu-west', 'us-east', 'ap-south']) mesh.kill(zone)
    const lone = await mesh.start('eu-west', { confirmedBy: 'zones' })
    expect(lone.core.status().state).toBe('waiting_for_confirmation')
    const signed = await send<SignAnswer>(lone.core, signRequest(mesh, wallet), 'sign', [alice])
    expect(codeOf(signed)).toBe('not_ready')
    // Zones that begin anew together vouch for nobody either.
    const other = await mesh.start('us-east', { confirmedBy: 'zones' })
    await mesh.start('ap-south', { confirmedBy: 'zones' })
    expect(other.core.status().state).toBe('waiting_for_confirmation')
    const nodes = ['eu-west', 'us-east', 'ap-south'].map((zone) => mesh.node(zone))
    for (const { core } of nodes) must2(await core.takeStatement(mesh.statementOn(nodes)))
    await Promise.all(nodes.map(({ core }) => core.ready()))
    expect(codeOf(await send(lone.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe('ok')
  })

  it('is not given by a statement on other boots or of other signers', async () => {
    mesh.kill('eu-west')
    mesh.kill('us-east')
    mesh.kill('ap-south')
    const lone = await mesh.start('eu-west', { confirmedBy: 'zones' })
    const refusal = async (statement: Uint8Array): Promise<string> => {
      const taken = await lone.core.takeStatement(statement)
      return taken.ok ? 'ok' : taken.refusal.code
    }
    const good = JSON.parse(new TextDecoder().decode(mesh.statementOn([lone]))) as {
      statement: string
      signatures: { governor: string; signature: string }[]
    }
    const forged = { ...good, signatures: [{ ...good.signatures[0], signature: 'A'.repeat(86) }] }
    expect(await refusal(utf8(JSON.stringify(forged)))).toBe('statement_signature')
    expect(await refusal(utf8('{}'))).toBe('statement_malformed')
    const stranger = await createTestMesh({ zones: ['us-east'] })
    const other = stranger.statementOn([stranger.node('us-east')])
    expect(await refusal(other)).toBe('boot_not_confirmed')
    await stranger.stop()
    expect(lone.core.status().state).toBe('waiting_for_confirmation')
  })
})

const must2 = (taken: { readonly ok: boolean }): void => expect(taken.ok).toBe(true)

describe('a hostile host', () => {
  it('makes no second key for a zone that was admitted', async () => {
    const wallet = await create()
    mesh.kill('eu-west')
    const disk = createMemoryDisk('second genesis')
    const second = await mesh.start('eu-west', {
      disk,
      sealing: memorySealing(),
      confirmedBy: 'zones',
    })
    await until(() => state('eu-west') === 'waiting_for_zone_key')
    expect(codeOf(await send(second.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe(
      'not_ready',
    )
  })

  /** The zone starts with neither its store nor its key, and is there again after the silence. */
  const expectRefilled = async (wallet: Wallet): Promise<void> => {
    const second = await mesh.start('eu-west', {
      disk: createMemoryDisk('refilled'),
      sealing: memorySealing(),
      confirmedBy: 'zones',
    })
    await until(() => state('eu-west') === 'waiting_for_zone_key')
    mesh.advance(refillSilenceMs + 1)
    await second.core.ready()
    await until(async () => {
      for (const zone of ['us-east', 'ap-south']) await mesh.node(zone).core.tick()
      await second.core.tick()
      return second.core.status().wallets === 1
    })
    expect(codeOf(await send(second.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe('ok')
  }

  it('sees the zone refilled under the next epoch after a silence', async () => {
    const wallet = await create()
    mesh.kill('eu-west')
    await expectRefilled(wallet)
  })

  it('counts that silence anew where clocks were set back', async () => {
    const wallet = await create()
    mesh.kill('eu-west')
    mesh.advance(-7_200_000)
    await expectRefilled(wallet)
  })

  it('does not empty a store whose key is lost before the others agree', async () => {
    await create()
    const disk = mesh.disks.get('eu-west')!
    mesh.kill('eu-west')
    const before = disk.records.size
    const start = mesh.start('eu-west', { sealing: memorySealing(), confirmedBy: 'zones' })
    await until(() => state('eu-west') === 'waiting_for_zone_key')
    expect(disk.records.size).toBe(before)
    await mesh.starting('eu-west')!.stop()
    await expect(start).rejects.toThrow('has the key of the zone')
  })

  it('cannot run two enclaves from one cache: the older is cut', async () => {
    const wallet = await create()
    const fork = createMemoryDisk('fork')
    restoreDisk(fork, snapshotDisk(mesh.disks.get('eu-west')!))
    const older = mesh.node('eu-west')
    const clone = await mesh.start('eu-west', { name: 'clone', disk: fork, confirmedBy: 'zones' })
    await clone.core.ready()
    // The older boot is unknown to the other zones from now on, and learns it from them.
    mesh.advance(10_000)
    await until(async () => {
      await older.core.tick()
      return older.core.status().state === 'replaced'
    })
    expect(codeOf(await send(older.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe(
      'not_ready',
    )
    expect(codeOf(await send(clone.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe('ok')
  })

  it('gets nothing confirmed on a forked store while the zones do not answer', async () => {
    const wallet = await create()
    const fork = createMemoryDisk('fork')
    restoreDisk(fork, snapshotDisk(mesh.disks.get('eu-west')!))
    mesh.cut('clone', 'us-east', true)
    const clone = await mesh.start('eu-west', { name: 'clone', disk: fork, confirmedBy: 'zones' })
    await clone.core.tick()
    expect(clone.core.status().state).toBe('waiting_for_confirmation')
    expect(codeOf(await send(clone.core, signRequest(mesh, wallet), 'sign', [alice]))).toBe(
      'not_ready',
    )
  })

  it('keeps what zones remember of each other sealed in their own stores', async () => {
    const disk = mesh.disks.get('us-east')!
    const names = (await openMemoryStore(disk).scan('zone-key/', { limit: 9 })).records
    expect(names.map(({ key }) => key)).toEqual(['zone-key/ap-south', 'zone-key/eu-west'])
  })
})
