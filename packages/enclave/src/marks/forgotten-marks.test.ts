/** What owners said, and zones agreed to, where a zone's store was put back to before that. */
import type { MarkAnswer, SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { restoreDisk, snapshotDisk } from '../testing/memory-store.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
let wallet: Wallet
let before: ReturnType<typeof snapshotDisk>
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const core = (zone: string): Core => mesh.node(zone).core
const delayMs = 24 * 3_600_000

const policyOf = (maxAmount: string): Policy => ({
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs },
  rules: [
    { id: 'see', effect: 'allow', operations: ['wallet.show'] },
    { id: 'spend', effect: 'allow', operations: ['sign'], when: { maxAmount, maxFee: '1000000' } },
  ],
})
const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, wallet, operation, rest)
const show = async (zone: string): Promise<Wallet> =>
  must(await send<WalletAnswer>(core(zone), request('wallet.show'), 'read', [alice])).wallet
const pendingAt = async (zone: string): Promise<string | undefined> =>
  (await show(zone)).pending?.[0]?.request
const limitAt = async (zone: string): Promise<unknown> =>
  (await show(zone)).policy.rules.find(({ id }) => id === 'spend')?.when?.maxAmount
const cancelAt = async (zone: string) => {
  const asked = request('change.cancel', { change: await pendingAt(zone) })
  return must(await send<MarkAnswer>(core(zone), asked, 'change', [alice]))
}
const link = (one: string, other: string, isUp: boolean): void => mesh.cut(one, other, !isUp)
const pass = async (ms: number, alive: readonly string[] = zones): Promise<void> => {
  mesh.advance(ms)
  for (const zone of alive) await core(zone).tick()
}
/** Its store is what it was before; it is linked to one zone alone. */
const putBack = async (linked: 'eu-west' | 'us-east'): Promise<void> => {
  mesh.kill('ap-south')
  restoreDisk(mesh.disks.get('ap-south')!, before)
  for (const zone of ['eu-west', 'us-east']) link('ap-south', zone, zone === linked)
  link('eu-west', 'us-east', false)
  await mesh.start('ap-south')
}

beforeEach(async () => {
  mesh = await createTestMesh()
  ;[alice, bob] = [testKey(mesh, 'alice'), testKey(mesh, 'bob')]
  const keys = [alice, bob]
  wallet = (await enrolWallet(mesh, keys, { policy: policyOf('5000') })).wallet
  const base = { epoch: wallet.epoch, version: wallet.version }
  const change = request('policy.change', { base, policy: policyOf('9000') })
  must(await send<WalletAnswer>(core('eu-west'), change, 'change', keys))
  for (const zone of zones) {
    await until(async () => {
      await pass(1)
      return (await show(zone)).pending?.[0]?.opensAt !== undefined
    })
  }
  before = snapshotDisk(mesh.disks.get('ap-south')!)
})
afterEach(() => mesh.stop())

describe('a zone whose store was put back', () => {
  it('agrees to no change before it knows which it has heard cancelled', async () => {
    for (const zone of ['us-east', 'ap-south']) link('eu-west', zone, false)
    expect((await cancelAt('us-east')).final).toBe(true)
    await putBack('eu-west')
    mesh.advance(delayMs)
    for (let round = 0; round < 4; round += 1) await pass(3000, ['eu-west', 'ap-south'])
    expect(await limitAt('eu-west')).toBe('5000')
    for (const zone of ['eu-west', 'ap-south']) link(zone, 'us-east', true)
    mesh.relink('us-east')
    await until(async () => {
      await pass(3000)
      return (await pendingAt('eu-west')) === undefined
    })
    expect(await limitAt('eu-west')).toBe('5000')
  })

  it('calls no cancellation final before it knows what it agreed to', async () => {
    for (const zone of ['eu-west', 'ap-south']) link('us-east', zone, false)
    mesh.advance(delayMs)
    await until(async () => {
      await pass(3000, ['eu-west', 'ap-south'])
      return (await limitAt('eu-west')) === '9000'
    })
    await putBack('us-east')
    expect(await pendingAt('ap-south')).toBeDefined()
    expect((await cancelAt('ap-south')).final).toBe(false)
    // Nor where another zone took it: the one that may have forgotten does not count.
    expect((await cancelAt('us-east')).final).toBe(false)
  })

  it('signs nothing on the word of zones before it knows what they know to be frozen', async () => {
    link('eu-west', 'ap-south', false)
    const frozen = send<MarkAnswer>(core('us-east'), request('wallet.freeze'), 'change', [bob])
    expect(must(await frozen).final).toBe(true)
    await putBack('us-east')
    const sign = () =>
      send<SignAnswer>(core('ap-south'), signRequest(mesh, wallet), 'sign', [alice])
    expect(codeOf(await sign())).toBe('frozen')
  })
})
