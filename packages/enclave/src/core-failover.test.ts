import type { WalletAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, describe, expect, it } from 'vitest'
import { failoverAfterMsDefault } from './limits.ts'
import { codeOf, must, until } from './testing/core-world.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from './testing/test-client.ts'
import { createTestMesh, type TestMesh } from './testing/test-mesh.ts'

const zones = ['eu-west', 'us-east', 'ap-south'] as const

const meshes: TestMesh[] = []
/** At the end: what they still send each other needs their crypto. */
afterAll(() => Promise.all(meshes.map((one) => one.stop())))

type World = { readonly mesh: TestMesh; readonly alice: TestKey; readonly wallet: Wallet }

const world = async (): Promise<World> => {
  const mesh = await createTestMesh()
  meshes.push(mesh)
  const alice = testKey(mesh, 'alice')
  await until(() =>
    zones.every((zone) =>
      mesh
        .node(zone)
        .core.status()
        .peers.every(({ compared }) => compared),
    ),
  )
  const request = createRequest(mesh, [alice])
  const created = await send<WalletAnswer>(mesh.node('eu-west').core, request, 'enrol', [alice])
  const { wallet } = must(created)
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, alice, wallet }
}

const show = async ({ mesh, alice, wallet }: World, zone: string): Promise<Wallet> => {
  const request = {
    operation: 'wallet.show',
    mesh: mesh.mesh,
    expiresAt: expiresAt(mesh),
    wallet: wallet.id,
  }
  return must(await send<WalletAnswer>(mesh.node(zone).core, request, 'read', [alice])).wallet
}

const add = ({ mesh, alice }: World, zone: string, wallet: Wallet, script: string) => {
  const request = {
    operation: 'account.add',
    mesh: mesh.mesh,
    expiresAt: expiresAt(mesh),
    wallet: wallet.id,
    key: wallet.keys[0]?.id,
    accounts: [{ chain: 'bitcoin', script, network: 'mainnet' }],
    base: { epoch: wallet.epoch, version: wallet.version },
  }
  return send<WalletAnswer>(mesh.node(zone).core, request, 'change', [alice])
}

const pass = async ({ mesh }: World, alive: readonly string[]): Promise<void> => {
  mesh.advance(3000)
  await Promise.all(alive.map((zone) => mesh.node(zone).core.tick()))
}

/** The home dies, and is silent until another zone has taken its wallets over. */
const withoutHome = async (): Promise<World & { readonly taken: Wallet }> => {
  const started = await world()
  const { mesh } = started
  mesh.kill('eu-west')
  mesh.advance(failoverAfterMsDefault)
  const alive = ['us-east', 'ap-south']
  await until(async () => {
    await pass(started, alive)
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
    const changed = must(await add(after, 'us-east', after.taken, 'p2wpkh'))
    expect(changed.durability.state).toBe('final')
    expect(changed.wallet).toMatchObject({ epoch: 2, version: 3, home: 'ap-south' })
  })

  it('steps back when it returns, and passes changes on to the new home', async () => {
    const after = await withoutHome()
    await after.mesh.start('eu-west')
    await until(async () => (await show(after, 'eu-west')).home === 'ap-south')
    const changed = must(await add(after, 'eu-west', after.taken, 'p2tr'))
    expect(changed.wallet).toMatchObject({ epoch: 2, home: 'ap-south' })
  })

  it('keeps its wallets where no majority is left to promise', async () => {
    const started = await world()
    started.mesh.kill('eu-west')
    started.mesh.kill('us-east')
    started.mesh.advance(failoverAfterMsDefault)
    for (let round = 0; round < 10; round += 1) await pass(started, ['ap-south'])
    const answer = await add(started, 'ap-south', started.wallet, 'p2pkh')
    expect(codeOf(answer)).toBe('unreachable')
  })

  it('is not followed while a zone of the placement hears it', async () => {
    const started = await world()
    started.mesh.cut('eu-west', 'ap-south', true)
    started.mesh.advance(failoverAfterMsDefault)
    for (let round = 0; round < 10; round += 1) {
      await pass(started, zones)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    expect(await show(started, 'us-east')).toMatchObject({ home: 'eu-west', epoch: 1 })
  })
})
