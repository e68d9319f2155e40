import type { Wallet } from '@holdfast/base/wallet'
import { describe, expect, it } from 'vitest'
import { failoverAfterMsDefault } from '../../limits.ts'
import { codeOf, must, until } from '../../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../../testing/mesh-steps.ts'
import { type TestKey, testKey } from '../../testing/test-client.ts'
import type { TestMesh } from '../../testing/test-mesh.ts'
import { addAccount, enrolWallet, show } from '../../testing/wallet-requests.ts'

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
