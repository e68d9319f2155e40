/** Governors strike the removals of a zone that is lost for good, and what becomes of it. */
import type { AuditAnswer, WalletAnswer } from '@holdfast/base/answers'
import { ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import type { TestMesh } from '../testing/test-mesh.ts'
import { addAccount, changeRequest, enrolWallet, show } from '../testing/wallet-requests.ts'

const newMesh = meshesOfFile()

const zones = ['eu-west', 'us-east', 'ap-south'] as const
const kept = ['eu-west', 'us-east'] as const
const lost = [ZoneId('ap-south')]

type World = { readonly mesh: TestMesh; readonly alice: TestKey; readonly wallet: Wallet }

/** A wallet that has left ap-south, which hears nothing of it and lives on. */
const removed = async (): Promise<World> => {
  const mesh = await newMesh()
  const alice = testKey(mesh, 'alice')
  await until(() => isCompared(mesh))
  const { wallet } = await enrolWallet(mesh, [alice])
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  for (const zone of kept) mesh.cut(zone, 'ap-south', true)
  const resolved = resolvePlacement({
    constraints: { regions: kept.map(ZoneId) },
    home: ZoneId('eu-west'),
    zones: mesh.manifest.manifest.zones,
  })
  if (!resolved.ok) throw new Error(resolved.refusal.detail)
  const request = changeRequest(mesh, wallet, 'placement.change', { placement: resolved.value })
  const moved = must(
    await send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', [alice]),
  )
  expect(moved.durability).toMatchObject({ state: 'pending', missing: ['ap-south'] })
  expect(moved.wallet.moved?.left).toEqual(lost)
  return { mesh, alice, wallet: moved.wallet }
}

const take = async ({ mesh }: World, statement: Uint8Array, zone = 'us-east') => {
  const taken = await mesh.node(zone).core.takeHomes(statement)
  if (!taken.ok) throw new Error(taken.refusal.code)
  return taken.value
}

/** Some time after it left. */
const strike = (started: World) => {
  started.mesh.advance(60_000)
  return take(started, started.mesh.homeStatement({ lost }))
}

const mend = async (started: World): Promise<void> => {
  for (const zone of kept) started.mesh.cut(zone, 'ap-south', false)
  started.mesh.relink('ap-south')
  await pass(started.mesh)
}

const ofWallet = ({ mesh, wallet }: World, zone: string): readonly string[] =>
  [...(mesh.disks.get(zone)?.records.keys() ?? [])].filter((name) => name.includes(wallet.id))

const struckEntries = async ({ mesh, alice, wallet }: World): Promise<readonly object[]> => {
  const ask = async (from?: object): Promise<AuditAnswer> => {
    const { mesh: id } = mesh
    const about = { operation: 'audit.show', mesh: id, expiresAt: expiresAt(mesh) }
    const request = { ...about, wallet: wallet.id, zone: 'eu-west', ...(from && { from }) }
    return must(await send<AuditAnswer>(mesh.node('eu-west').core, request, 'read', [alice]))
  }
  const pages = (await ask()).chains.map(async ({ boot }) => (await ask({ boot, index: 0 })).page)
  const items = (await Promise.all(pages)).flatMap((page) => page?.items ?? [])
  const entries = items.flatMap((item) => ('entry' in item ? [JSON.parse(item.entry)] : []))
  return entries.filter(({ operation }) => operation === 'placement.strike')
}

describe('a removal that governors strike', () => {
  it('is at its end in every zone, and said to be struck and not erased', async () => {
    const started = await removed()
    const report = await strike(started)
    const removals = [{ zone: 'ap-south', home: 'eu-west', struck: 1, open: 0 }]
    expect(report).toMatchObject({ removals, unreachable: ['ap-south'] })
    await until(async () => (await show(started, 'us-east')).moved?.struck !== undefined)
    for (const zone of kept) {
      const { moved } = await show(started, zone)
      expect(moved?.struck).toEqual(lost)
      expect(moved?.left).toBeUndefined()
    }
    // What it was is there still: nobody claims that it was erased.
    expect(ofWallet(started, 'ap-south')).toContain(`wallet/${started.wallet.id}`)
    const changed = must(
      await addAccount(started, 'eu-west', await show(started, 'eu-west'), 'p2tr'),
    )
    expect(changed.durability).toMatchObject({ state: 'final', missing: [] })
    expect(changed.wallet.moved?.struck).toEqual(lost)
  })

  it('stands in the audit log with the statement and the zone', async () => {
    const started = await removed()
    const { mesh } = started
    const statement = await strike(started).then(() => mesh.homeStatement({ lost }))
    expect(await struckEntries(started)).toMatchObject([
      { outcome: 'changed', struck: lost, persons: [], request: expect.stringMatching(/^.{64}$/) },
    ])
    // Told again, it ends nothing twice.
    await take(started, statement)
    expect(await struckEntries(started)).toHaveLength(1)
  })

  it('is struck by no statement that is older than the removal', async () => {
    const started = await removed()
    const { mesh } = started
    mesh.advance(-60_000)
    const early = mesh.homeStatement({ lost })
    mesh.advance(120_000)
    const report = await take(started, early)
    expect(report.removals).toMatchObject([{ struck: 0, open: 1 }])
    await pass(mesh, kept)
    expect((await show(started, 'eu-west')).moved?.left).toEqual(lost)
  })

  it('is not struck while the zone is linked, which can erase by itself', async () => {
    const started = await removed()
    const { mesh } = started
    mesh.advance(60_000)
    mesh.cut('eu-west', 'ap-south', false)
    mesh.freeze('ap-south', true)
    const report = await take(started, mesh.homeStatement({ lost }))
    expect(report.removals).toMatchObject([{ struck: 0, open: 1 }])
    mesh.freeze('ap-south', false)
  })
})

describe('a struck zone that returns', () => {
  it('signs nothing, is given nothing, erases, and is struck no more', async () => {
    const started = await removed()
    const { mesh, alice } = started
    await strike(started)
    const changed = must(
      await addAccount(started, 'eu-west', await show(started, 'eu-west'), 'p2tr'),
    )
    await mend(started)
    await until(async () => {
      await pass(mesh)
      return (await show(started, 'eu-west')).moved?.struck === undefined
    })
    expect(ofWallet(started, 'ap-south')).toEqual([`gone/${started.wallet.id}`])
    for (const zone of kept) mesh.cut(zone, 'ap-south', true)
    const request = signRequest(mesh, changed.wallet)
    expect(codeOf(await send(mesh.node('ap-south').core, request, 'sign', [alice]))).not.toBe('ok')
  })

  it('may be named by a later placement, and holds the wallet again', async () => {
    const started = await removed()
    const { mesh, alice } = started
    await strike(started)
    await mend(started)
    const known = await show(started, 'eu-west')
    const { placement: before } = known
    const placement = { ...before, constraints: {}, zones: zones.map(ZoneId) }
    await until(async () => {
      const latest = await show(started, 'eu-west')
      const request = changeRequest(mesh, latest, 'placement.change', { placement })
      const sent = await send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', [alice])
      return sent.ok
    })
    await until(async () => {
      await pass(mesh)
      return (await show(started, 'ap-south')).moved?.from === undefined
    })
    expect((await show(started, 'ap-south')).moved?.struck).toBeUndefined()
  })
})
