import { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { failoverAfterMsDefault } from '../../limits.ts'
import { codeOf, must, until } from '../../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../../testing/mesh-steps.ts'
import { type TestKey, testKey } from '../../testing/test-client.ts'
import type { TestMesh } from '../../testing/test-mesh.ts'
import { addAccount, enrolWallet, show } from '../../testing/wallet-requests.ts'
import { encodePeerRequest, parsePeerAnswer } from '../peers/messages.ts'

const measurement = 'e5'.repeat(32)
const zones = ['eu-west', 'us-east', 'ap-south'] as const

const newMesh = meshesOfFile()

type World = { readonly mesh: TestMesh; readonly alice: TestKey; readonly wallet: Wallet }

const world = async (): Promise<World> => {
  const mesh = await newMesh()
  const alice = testKey(mesh, 'alice')
  await until(() => isCompared(mesh))
  const { wallet } = await enrolWallet(mesh, [alice])
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, alice, wallet }
}

/** The home dies, and is silent until another zone has taken its wallets over. */
const withoutHome = async (): Promise<World & { readonly taken: Wallet }> => {
  const started = await world()
  const { mesh } = started
  mesh.kill('eu-west')
  mesh.advance(failoverAfterMsDefault)
  const alive = ['us-east', 'ap-south']
  await until(async () => {
    await pass(mesh, alive)
    return (await show(started, 'us-east')).home !== 'eu-west'
  })
  return { ...started, taken: await show(started, 'us-east') }
}

describe('a home that is silent', () => {
  it('is followed by the next zone, in the epoch that a majority promised', async () => {
    const { taken } = await withoutHome()
    expect(taken).toMatchObject({ home: 'ap-south', founder: 'eu-west', epoch: 2, version: 2 })
  })

  it('is not waited for by changes, which are final without it', async () => {
    const after = await withoutHome()
    const changed = must(await addAccount(after, 'us-east', after.taken, 'p2wpkh'))
    expect(changed.durability.state).toBe('final')
    expect(changed.wallet).toMatchObject({ epoch: 2, version: 3, home: 'ap-south' })
  })

  it('steps back when it returns, and passes changes on to the new home', async () => {
    const after = await withoutHome()
    await after.mesh.start('eu-west')
    await until(async () => (await show(after, 'eu-west')).home === 'ap-south')
    const changed = must(await addAccount(after, 'eu-west', after.taken, 'p2tr'))
    expect(changed.wallet).toMatchObject({ epoch: 2, home: 'ap-south' })
  })

  it('keeps its wallets where no majority is left to promise', async () => {
    const started = await world()
    started.mesh.kill('eu-west')
    started.mesh.kill('us-east')
    started.mesh.advance(failoverAfterMsDefault)
    for (let round = 0; round < 10; round += 1) await pass(started.mesh, ['ap-south'])
    const answer = await addAccount(started, 'ap-south', started.wallet, 'p2pkh')
    expect(codeOf(answer)).toBe('unreachable')
  })

  it('is not followed while a zone of the placement hears it', async () => {
    const started = await world()
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.advance(failoverAfterMsDefault)
    for (let round = 0; round < 10; round += 1) {
      await pass(started.mesh, zones)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await show(started, 'us-east')).toMatchObject({ home: 'eu-west', epoch: 1 })
  })
})

describe('a home whose epoch another zone promised to somebody else', () => {
  it('is promised the next epoch, and that zone takes its changes', async () => {
    const started = await world()
    const { mesh } = started
    const others = ['us-east', 'ap-south'] as const
    for (const other of others) mesh.cut('eu-west', other, true)
    mesh.advance(failoverAfterMsDefault)
    await until(async () => {
      await pass(mesh, others)
      return (await show(started, 'us-east')).home === 'ap-south'
    })
    // A round of us-east that broke off, as eu-west alone has heard of it.
    const boot = mesh.node('us-east').identity.boot
    const candidate = { zone: ZoneId('us-east'), boot, level: 3, measurement, roundTripMs: 1 }
    const asked = encodePeerRequest({
      type: 'promise',
      group: { founder: ZoneId('eu-west'), zones: zones.map(ZoneId) },
      epoch: 2,
      force: true,
      commandedAtMs: 1,
      without: [],
      catchUp: false,
    })
    const answer = await mesh.node('eu-west').core.peerMessage(candidate, asked)
    expect(parsePeerAnswer('promise', answer)).toEqual({ ok: true, value: { known: 2 } })

    for (const other of others) mesh.cut('eu-west', other, false)
    await until(async () => {
      await pass(mesh)
      return (await show(started, 'eu-west')).epoch === 3
    })
    const told = await show(started, 'eu-west')
    const changed = must(await addAccount(started, 'eu-west', told, 'p2tr'))
    expect(changed.durability).toMatchObject({ state: 'final', missing: [] })
    expect(changed.wallet.home).toBe('ap-south')
  })
})
