import type { WalletAnswer } from '@holdfast/base/answers'
import { ZoneId } from '@holdfast/base/ids'
import { resolvePlacement } from '@holdfast/base/placement-resolve'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { createWallet, policyOf } from '../counters/testing/limited-wallet.ts'
import { failoverAfterMsDefault } from '../limits.ts'
import { codeOf, must, signRequest, unsignedTransfer, until } from '../testing/core-world.ts'
import { restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import type { TestMesh } from '../testing/test-mesh.ts'
import { changeRequest, enrolWallet, show } from '../testing/wallet-requests.ts'

const newMesh = meshesOfFile()

const zones = ['eu-west', 'us-east', 'ap-south'] as const
type Zone = (typeof zones)[number]

type World = { readonly mesh: TestMesh; readonly alice: TestKey; readonly wallet: Wallet }

const placementOf = (mesh: TestMesh, regions: readonly Zone[]) => {
  const resolved = resolvePlacement({
    constraints: { regions: regions.map(ZoneId) },
    home: ZoneId('eu-west'),
    zones: mesh.manifest.manifest.zones,
  })
  if (!resolved.ok) throw new Error(resolved.refusal.detail)
  return resolved.value
}

const begin = async (): Promise<Omit<World, 'wallet'>> => {
  const mesh = await newMesh()
  const alice = testKey(mesh, 'alice')
  await until(() => isCompared(mesh))
  return { mesh, alice }
}

const world = async (regions: readonly Zone[]): Promise<World> => {
  const { mesh, alice } = await begin()
  const placement = { constraints: { regions: regions.map(ZoneId) } }
  const { wallet } = await enrolWallet(mesh, [alice], { placement })
  await until(() => regions.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, alice, wallet }
}

const move = async (
  { mesh, alice, wallet }: World,
  regions: readonly Zone[],
  at: Zone = 'eu-west',
) => {
  const known = await show({ mesh, alice, wallet }, at)
  const placement = placementOf(mesh, regions)
  const request = changeRequest(mesh, known, 'placement.change', { placement })
  return send<WalletAnswer>(mesh.node(at).core, request, 'change', [alice])
}

const sign = async (started: World, zone: Zone, rest: object = {}): Promise<string> => {
  const { mesh, alice, wallet } = started
  const request = signRequest(mesh, wallet, rest)
  return codeOf(await send(mesh.node(zone).core, request, 'sign', [alice]))
}

const records = ({ mesh }: World, zone: Zone): readonly string[] =>
  [...(mesh.disks.get(zone)?.records.keys() ?? [])].filter(
    (name) => !/^(?:zone|log|witness|beat|promise)/.test(name),
  )

describe('a zone that joins a placement', () => {
  it('gets the wallet with its keys and signs', async () => {
    const started = await world(['eu-west', 'us-east'])
    const changed = must(await move(started, zones))
    expect(changed.durability).toEqual({
      state: 'final',
      confirmed: expect.arrayContaining([...zones]),
      missing: [],
    })
    expect(changed.wallet.placement.zones).toHaveLength(3)
    expect(changed.wallet.moved?.from).toBeUndefined()
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.cut('us-east', 'ap-south', true)
    expect(await sign(started, 'ap-south')).toBe('ok')
  })
})

describe('a zone that leaves a placement', () => {
  it('keeps nothing of the wallet but that it is gone, before the change is final', async () => {
    const started = await world(zones)
    const changed = must(await move(started, ['eu-west', 'us-east']))
    expect(changed.durability).toMatchObject({ state: 'final', missing: [] })
    expect(changed.wallet.moved).toMatchObject({ epoch: 1, version: 2 })
    expect(changed.wallet.moved?.left).toBeUndefined()
    expect(records(started, 'ap-south')).toEqual([`gone/${started.wallet.id}`])
  })

  it('passes requests on to those that hold it', async () => {
    const started = await world(zones)
    must(await move(started, ['eu-west', 'us-east']))
    expect(await sign(started, 'ap-south')).toBe('ok')
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.cut('us-east', 'ap-south', true)
    expect(await sign(started, 'ap-south')).toBe('unreachable')
  })

  it('is missing in the answer until it has erased', async () => {
    const started = await world(zones)
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.cut('us-east', 'ap-south', true)
    const changed = must(await move(started, ['eu-west', 'us-east']))
    expect(changed.durability).toMatchObject({ state: 'pending', missing: ['ap-south'] })
    expect(changed.wallet.moved?.left).toEqual(['ap-south'])
    started.mesh.cut('eu-west', 'ap-south', false)
    await until(async () => {
      await pass(started.mesh)
      return (await show(started, 'eu-west')).moved?.left === undefined
    })
    expect(records(started, 'ap-south')).toEqual([`gone/${started.wallet.id}`])
  })

  it('takes the wallet again by a later version that names it', async () => {
    const started = await world(zones)
    must(await move(started, ['eu-west', 'us-east']))
    const back = must(await move(started, zones))
    expect(back.durability.state).toBe('final')
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.cut('us-east', 'ap-south', true)
    expect(await sign(started, 'ap-south')).toBe('ok')
  })
})

describe('what a wallet counts', () => {
  const transfer = (nonce: number) => ({
    payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer(nonce) },
  })

  it('is at most the limit, whichever zones it moves to in the window', async () => {
    const { mesh, alice } = await begin()
    const limits = [{ type: 'signatures' as const, count: 7, windowMs: 86_400_000 }]
    const wallet = await createWallet(mesh, alice, policyOf({ limits }))
    const started = { mesh, alice, wallet }
    let signed = 0
    const use = async (zone: Zone, times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        const answer = await sign(started, zone, { ...transfer(signed), charge: zone })
        if (answer === 'ok') signed += 1
        else expect(answer).toBe('limit_exceeded')
      }
    }
    await use('ap-south', 3)
    must(await move(started, ['eu-west', 'us-east']))
    await use('us-east', 2)
    must(await move(started, zones))
    for (const zone of zones) await use(zone, 7)
    expect(signed).toBeGreaterThan(4)
    expect(signed).toBeLessThanOrEqual(7)
    mesh.advance(86_400_000)
    await pass(started.mesh)
    const before = signed
    for (const zone of zones) await use(zone, 7)
    expect(signed - before).toBe(7)
  })

  it('signs one transaction for an intent, though the zones that voted have left', async () => {
    const { mesh, alice } = await begin()
    const wallet = await createWallet(mesh, alice, policyOf({ once: true }))
    const started = { mesh, alice, wallet }
    const intent = `int_${'5a'.repeat(16)}`
    for (const [index, zone] of zones.entries()) {
      const other = `int_${`0${index}`.repeat(16)}`
      expect(await sign(started, zone, { ...transfer(9), intent: other, charge: zone })).toBe('ok')
    }
    mesh.cut('eu-west', 'us-east', true)
    mesh.cut('eu-west', 'ap-south', true)
    expect(await sign(started, 'us-east', { ...transfer(1), intent, charge: 'us-east' })).toBe('ok')
    mesh.cut('eu-west', 'us-east', false)
    mesh.cut('eu-west', 'ap-south', false)
    must(await move(started, ['eu-west']))
    expect(await sign(started, 'eu-west', { ...transfer(2), intent })).toBe('intent_used')
    expect(await sign(started, 'eu-west', { ...transfer(1), intent })).toBe('ok')
  })
})

describe('after a change of the placement', () => {
  it('another zone takes the wallet over, and the moved wallet alone', async () => {
    const started = await world(['eu-west', 'us-east'])
    must(await move(started, zones))
    started.mesh.kill('eu-west')
    started.mesh.advance(failoverAfterMsDefault)
    await until(async () => {
      await pass(started.mesh, ['us-east', 'ap-south'])
      return (await show(started, 'us-east')).home !== 'eu-west'
    })
    const wallet = await show(started, 'us-east')
    expect(wallet).toMatchObject({ epoch: 2, founder: 'eu-west' })
    expect(records(started, 'us-east')).not.toContain('promise/eu-west/eu-west+us-east')
    await started.mesh.start('eu-west')
    await until(async () => (await show(started, 'eu-west')).epoch === 2)
  })

  it('a zone whose store was put back to before it left erases again', async () => {
    const started = await world(zones)
    const disk = started.mesh.disks.get('ap-south')
    if (disk === undefined) throw new Error('no disk')
    const before = snapshotDisk(disk)
    must(await move(started, ['eu-west', 'us-east']))
    started.mesh.kill('ap-south')
    restoreDisk(disk, before)
    await started.mesh.start('ap-south')
    await until(() => records(started, 'ap-south').length === 1)
    expect(records(started, 'ap-south')).toEqual([`gone/${started.wallet.id}`])
  })

  it('zones that cannot be reached are refused before anything is ordered', async () => {
    const started = await world(['eu-west', 'us-east'])
    must(await move(started, zones, 'us-east'))
    started.mesh.kill('us-east')
    started.mesh.kill('ap-south')
    expect(codeOf(await move(started, ['eu-west', 'us-east']))).toBe('unreachable')
    expect((await show(started, 'eu-west')).moved?.from).toBeUndefined()
  })
})
