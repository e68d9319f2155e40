/** Homes by governors' word: planned moves, and what is left when zones are gone for good. */
import type { SignAnswer } from '@holdfast/base/answers'
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, until } from '../../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../../testing/test-client.ts'
import type { TestMesh } from '../../testing/test-mesh.ts'
import { addAccount, enrolWallet, show } from '../../testing/wallet-requests.ts'

const [west, east, south] = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]
const hourMs = 3_600_000

const newMesh = meshesOfFile()

type World = {
  readonly mesh: TestMesh
  readonly zones: readonly ZoneId[]
  readonly alice: TestKey
  readonly wallet: Wallet
}

const world = async (zones: readonly ZoneId[]): Promise<World> => {
  const mesh = await newMesh({ zones })
  const alice = testKey(mesh, 'alice')
  await until(async () => {
    await pass(mesh)
    return isCompared(mesh)
  })
  const { wallet } = await enrolWallet(mesh, [alice])
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, zones, alice, wallet }
}

const sign = ({ mesh, alice, wallet }: World, zone: ZoneId) =>
  send<SignAnswer>(mesh.node(zone).core, signRequest(mesh, wallet), 'sign', [alice])

const take = async ({ mesh }: World, zone: ZoneId, statement: Uint8Array) => {
  const taken = await mesh.node(zone).core.takeHomes(statement)
  if (!taken.ok) throw new Error(taken.refusal.code)
  return taken.value
}

describe('a move of homes that governors sign', () => {
  it('is carried out while the home is there, whichever zone is told', async () => {
    const started = await world([west, east, south])
    const statement = started.mesh.homeStatement({ moves: [{ founder: west, home: south }] })
    const report = await take(started, east, statement)
    expect(report.unreachable).toEqual([])
    expect(report.groups).toMatchObject([{ founder: west, home: south, state: 'moved' }])
    await until(async () => {
      await pass(started.mesh)
      return (await show(started, west)).home === south
    })
    const taken = await show(started, west)
    expect(taken).toMatchObject({ founder: west, epoch: 2, version: 2 })
    const changed = must(await addAccount(started, west, taken, 'p2tr'))
    expect(changed.durability.state).toBe('final')
    expect(changed.wallet).toMatchObject({ home: south, version: 3 })
  })

  it('brings wallets back to their founder, and is not obeyed twice', async () => {
    const started = await world([west, east, south])
    const away = started.mesh.homeStatement({ moves: [{ founder: west, home: south }] })
    await take(started, west, away)
    started.mesh.advance(1000)
    const back = started.mesh.homeStatement({ moves: [{ founder: west, home: west }] })
    await take(started, south, back)
    await until(async () => {
      await pass(started.mesh)
      return (await show(started, east)).epoch === 3
    })
    expect(await show(started, east)).toMatchObject({ home: west, epoch: 3 })
    // An operator who keeps an old statement moves nothing by it.
    expect((await take(started, south, away)).groups).toEqual([])
    for (let round = 0; round < 3; round += 1) await pass(started.mesh)
    expect(await show(started, east)).toMatchObject({ home: west, epoch: 3 })
  })

  it('waits for a majority, and is done once there is one', async () => {
    const started = await world([west, east, south])
    const { mesh } = started
    const statement = mesh.homeStatement({ moves: [{ founder: west, home: south }] })
    mesh.kill(east)
    mesh.cut(west, south, true)
    const report = await take(started, south, statement)
    expect(report.unreachable).toEqual([west, east].toSorted())
    expect(report.groups).toMatchObject([{ state: 'moving', code: 'unreachable' }])
    mesh.cut(west, south, false)
    mesh.relink(south)
    await until(async () => {
      await pass(started.mesh, [west, south])
      return (await show(started, west)).home === south
    })
  })

  it('is refused unless enough governors signed it, for this mesh and in time', async () => {
    const { mesh } = await world([west, east])
    const codeAt = async (statement: Uint8Array): Promise<string> => {
      const taken = await mesh.node(west).core.takeHomes(statement)
      return taken.ok ? 'ok' : taken.refusal.code
    }
    const good = mesh.homeStatement({ moves: [{ founder: west, home: east }] })
    const file = JSON.parse(fromUtf8(good)) as { statement: string; signatures: object[] }
    const forged = [{ ...file.signatures[0], signature: 'A'.repeat(86) }]
    expect(await codeAt(utf8(JSON.stringify({ ...file, signatures: forged })))).toBe(
      'statement_signature',
    )
    // What was signed of boots is signed of nothing else.
    expect(await codeAt(mesh.statementOn([mesh.node(west)]))).toBe('statement_malformed')
    const nowhere = mesh.homeStatement({ moves: [{ founder: west, home: south }] })
    expect(await codeAt(nowhere)).toBe('unknown_zone')
    mesh.advance(2 * hourMs)
    expect(await codeAt(good)).toBe('expired')
  })
})

describe('a placement of two zones', () => {
  it('has its other zone as home once governors give its home up', async () => {
    const started = await world([west, east])
    const { mesh } = started
    mesh.kill(west)
    // By itself it never fails over.
    for (let round = 0; round < 25; round += 1) await pass(started.mesh, [east])
    expect(await show(started, east)).toMatchObject({ home: west, epoch: 1 })
    const report = await take(started, east, mesh.homeStatement({ givenUp: [west] }))
    expect(report).toMatchObject({ groups: [{ home: east, state: 'moved' }] })
    const alone = await show(started, east)
    expect(alone).toMatchObject({ home: east, founder: west, version: 2 })
    const changed = must(await addAccount(started, east, alone, 'p2tr'))
    expect(changed.durability).toMatchObject({ state: 'final', confirmed: [east], missing: [west] })
    expect(codeOf(await sign(started, east))).toBe('ok')
    mesh.advance(2 * hourMs)
    expect(codeOf(await sign(started, east))).toBe('ok')
  })

  it('decides together again once the zone that was given up is back', async () => {
    const started = await world([west, east])
    const { mesh } = started
    mesh.kill(west)
    await take(started, east, mesh.homeStatement({ givenUp: [west] }))
    const alone = must(await addAccount(started, east, await show(started, east), 'p2tr')).wallet
    await mesh.start(west)
    await until(async () => {
      await pass(started.mesh, [west, east])
      return (await show(started, west)).epoch > alone.epoch
    })
    const together = await show(started, west)
    expect(together).toMatchObject({ home: east, accounts: alone.accounts })
    // Both must hold a change again.
    mesh.cut(west, east, true)
    const changed = must(await addAccount(started, east, together, 'p2wpkh'))
    expect(changed.durability).toMatchObject({ state: 'pending', missing: [west] })
  })

  it('loses what a given-up home changes that was only cut off', async () => {
    const started = await world([west, east])
    const { mesh } = started
    mesh.cut(west, east, true)
    await take(started, east, mesh.homeStatement({ givenUp: [west] }))
    const kept = must(await addAccount(started, east, await show(started, east), 'p2tr'))
    expect(kept.durability.state).toBe('final')
    // The old home knows nothing of it: what it orders is final nowhere.
    const lost = must(await addAccount(started, west, started.wallet, 'p2wpkh'))
    expect(lost.durability.state).toBe('pending')
    expect(codeOf(await sign(started, west))).toBe('ok')
    mesh.advance(2 * hourMs)
    expect(codeOf(await sign(started, west))).toBe('stale')
    mesh.cut(west, east, false)
    mesh.relink(west)
    await until(async () => {
      await pass(started.mesh, [west, east])
      return (await show(started, west)).home === east
    })
    await until(async () => {
      await pass(started.mesh, [west, east])
      return (await show(started, west)).version === (await show(started, east)).version
    })
    const { accounts } = await show(started, west)
    expect(accounts).toEqual(kept.wallet.accounts)
  })

  it('signs at a home that was given up only after it has heard what it missed', async () => {
    const started = await world([west, east])
    const { mesh } = started
    mesh.kill(west)
    await take(started, east, mesh.homeStatement({ givenUp: [west] }))
    mesh.cut(west, east, true)
    await mesh.start(west, { confirmedBy: 'zones' })
    await mesh.node(west).core.takeStatement(mesh.statementOn([mesh.node(west)]))
    await mesh.node(west).core.ready()
    expect(codeOf(await sign(started, west))).toBe('stale')
    mesh.cut(west, east, false)
    mesh.relink(west)
    await until(async () => {
      await pass(started.mesh, [west, east])
      return codeOf(await sign(started, west)) === 'ok'
    })
    expect((await show(started, west)).home).toBe(east)
  })
})

describe('a placement of three zones of which two are given up', () => {
  it('goes on in the third, above any epoch that the two may reach', async () => {
    const started = await world([west, east, south])
    const { mesh } = started
    mesh.cut(west, south, true)
    mesh.cut(east, south, true)
    const report = await take(started, south, mesh.homeStatement({ givenUp: [west, east] }))
    expect(report.groups).toMatchObject([{ home: south, state: 'moved' }])
    const alone = await show(started, south)
    expect(alone.epoch).toBeGreaterThan(60_000)
    expect(must(await addAccount(started, south, alone, 'p2tr')).durability.state).toBe('final')
    mesh.cut(west, south, false)
    mesh.cut(east, south, false)
    mesh.relink(south)
    await until(async () => {
      await pass(started.mesh)
      return (await show(started, west)).epoch > alone.epoch
    })
    expect(await show(started, west)).toMatchObject({ home: south })
    expect((await show(started, west)).accounts).toHaveLength(alone.accounts.length + 1)
  })

  it('needs no statement while a majority is left', async () => {
    const started = await world([west, east, south])
    const { mesh } = started
    mesh.kill(south)
    const report = await take(started, east, mesh.homeStatement({ givenUp: [south] }))
    expect(report.groups).toEqual([])
    expect(await show(started, east)).toMatchObject({ home: west, epoch: 1 })
  })
})
