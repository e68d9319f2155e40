import type { MarkAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Policy } from '@holdfast/base/policy'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, until } from '../testing/core-world.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
let carol: TestKey
let wallet: Wallet
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const core = (zone: string): Core => mesh.node(zone).core
const hourMs = 3_600_000
const delayMs = 24 * hourMs

const policy: Policy = {
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs },
  rules: [
    { id: 'see', effect: 'allow', operations: ['wallet.show'] },
    { id: 'spend', effect: 'allow', operations: ['sign'], when: { maxAmount: '100' } },
  ],
}
const bounded = (maxAmount: string): Policy => ({
  ...policy,
  rules: policy.rules.map((rule) =>
    rule.id === 'spend' ? { ...rule, when: { maxAmount } } : rule,
  ),
})

const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, wallet, operation, rest)
const show = async (zone = 'eu-west'): Promise<Wallet> =>
  must(await send<WalletAnswer>(core(zone), request('wallet.show'), 'read', [alice])).wallet
const change = async (next: Policy, keys: readonly TestKey[], zone = 'eu-west') => {
  const { epoch, version } = await show()
  const asked = request('policy.change', { base: { epoch, version }, policy: next })
  return send<WalletAnswer>(core(zone), asked, 'change', keys)
}
const cancel = (named: string, zone: string, key = alice) =>
  send<MarkAnswer>(core(zone), request('change.cancel', { change: named }), 'change', [key])
const pass = async (ms: number): Promise<void> => {
  mesh.advance(ms)
  for (const zone of zones) await core(zone).tick()
}
const limit = ({ policy: { rules } }: Wallet): unknown =>
  rules.find((rule) => rule.id === 'spend')?.when?.maxAmount
const pendingOf = async (): Promise<string> => (await show()).pending?.[0]?.request ?? ''

beforeEach(async () => {
  mesh = await createTestMesh()
  ;[alice, bob, carol] = [testKey(mesh, 'alice'), testKey(mesh, 'bob'), testKey(mesh, 'carol')]
  const keys = [alice, bob, carol]
  wallet = (await enrolWallet(mesh, keys, { policy })).wallet
})
afterEach(() => mesh.stop())

describe('a change that tightens', () => {
  it('takes effect at once by one owner, asked at any zone', async () => {
    expect(limit(must(await change(bounded('10'), [bob], 'ap-south')).wallet)).toBe('10')
  })

  it('is refused to who is no owner', async () => {
    expect(codeOf(await change(bounded('10'), []))).toBe('unauthenticated')
    expect(codeOf(await change(bounded('10'), [testKey(mesh, 'mallory')]))).toBe('unauthenticated')
  })

  it('voids a looser policy that waits, which would undo it', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    must(await change(bounded('10'), [carol]))
    await pass(delayMs + hourMs)
    const after = await show()
    expect(limit(after)).toBe('10')
    expect(after.pending).toBeUndefined()
  })
})

describe('a change that loosens', () => {
  it('needs the quorum of owners, counted as persons', async () => {
    expect(codeOf(await change(bounded('1000'), [alice]))).toBe('quorum_not_met')
    const second = testKey(mesh, 'alice', 'p256')
    expect(codeOf(await change(bounded('1000'), [alice, second]))).toBe('unauthenticated')
  })

  it('waits for its delay, and then takes effect without anybody', async () => {
    const answer = must(await change(bounded('1000'), [alice, bob]))
    expect(limit(answer.wallet)).toBe('100')
    expect(answer.wallet.pending?.[0]?.opensAt).toBe(new Date(mesh.nowMs() + delayMs).toISOString())
    await pass(delayMs - hourMs)
    expect(limit(await show())).toBe('100')
    await pass(hourMs)
    expect(limit(await show())).toBe('1000')
    await until(async () => limit(await show('ap-south')) === '1000')
  })

  it('answers a repeat of its bytes with the same change, however far that is', async () => {
    const { epoch, version } = await show()
    const asked = request('policy.change', {
      base: { epoch, version },
      policy: bounded('1000'),
    })
    const first = must(await send<WalletAnswer>(core('eu-west'), asked, 'change', [alice, bob]))
    const again = must(await send<WalletAnswer>(core('eu-west'), asked, 'change', [alice, bob]))
    expect(again.wallet).toEqual(first.wallet)
  })

  it('starts its delay only when a majority has recorded it', async () => {
    for (const other of ['us-east', 'ap-south']) mesh.cut('eu-west', other, true)
    const answer = must(await change(bounded('1000'), [alice, bob]))
    expect(answer.durability.state).toBe('pending')
    expect(answer.wallet.pending?.[0]?.opensAt).toBeUndefined()
    // Shorter than another zone waits before it follows a silent home.
    await pass(30_000)
    mesh.cut('eu-west', 'us-east', false)
    const beganAt = mesh.nowMs()
    await pass(5000)
    await pass(5000)
    const opensAt = (await show()).pending?.[0]?.opensAt ?? ''
    expect(Date.parse(opensAt)).toBeGreaterThanOrEqual(beganAt + delayMs)
  })

  it('never takes effect once an owner cancelled it, at whatever zone', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    const named = await pendingOf()
    await until(async () => (await show('ap-south')).pending?.[0]?.request === named)
    expect(must(await cancel(named, 'ap-south', carol)).final).toBe(true)
    await pass(delayMs + hourMs)
    const after = await show()
    expect(limit(after)).toBe('100')
    expect(after.pending).toBeUndefined()
  })

  it('does not take effect while no majority can say that nobody cancelled it', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    for (const other of ['us-east', 'ap-south']) mesh.cut('eu-west', other, true)
    await pass(delayMs + hourMs)
    expect(limit(await show())).toBe('100')
    mesh.cut('eu-west', 'us-east', false)
    await pass(hourMs)
    expect(limit(await show())).toBe('1000')
  })

  it('says that a cancellation is not final where it came too late or is alone', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    const named = await pendingOf()
    await until(async () => (await show('ap-south')).pending?.[0]?.request === named)
    for (const other of ['eu-west', 'us-east']) mesh.cut('ap-south', other, true)
    await pass(delayMs + hourMs)
    const late = must(await cancel(named, 'ap-south', carol))
    expect(late.final).toBe(false)
    expect(limit(await show())).toBe('1000')
  })

  it('counts at its opening only owners who are still there', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    const { epoch, version } = await show()
    const revoke = request('credential.remove', {
      base: { epoch, version },
      credential: bob.credential.id,
    })
    must(await send(core('eu-west'), revoke, 'change', [bob]))
    await pass(delayMs + hourMs)
    const after = await show()
    expect(limit(after)).toBe('100')
    expect(after.pending).toBeUndefined()
  })

  it('waits while the wallet is frozen', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    must(await send(core('eu-west'), request('wallet.freeze'), 'change', [carol]))
    await pass(delayMs + hourMs)
    expect(limit(await show())).toBe('100')
  })

  it('cannot be made of a policy that names nobody or wants too many owners', async () => {
    const stranger: Policy = {
      ...policy,
      rules: [{ id: 'x', effect: 'allow', operations: ['sign'], persons: ['eve' as never] }],
    }
    expect(codeOf(await change(stranger, [alice, bob]))).toBe('invalid_field')
    const locked: Policy = { ...policy, changes: { quorum: 4, delayMs } }
    expect(codeOf(await change(locked, [alice, bob]))).toBe('invalid_field')
  })
})

describe('a cancellation', () => {
  it('names a change that waits', async () => {
    expect(codeOf(await cancel('ab'.repeat(32), 'eu-west'))).toBe('unknown')
  })

  it('is refused to who is no owner', async () => {
    must(await change(bounded('1000'), [alice, bob]))
    const mallory = testKey(mesh, 'mallory')
    expect(codeOf(await cancel(await pendingOf(), 'eu-west', mallory))).toBe('unauthenticated')
  })
})

describe('a new credential', () => {
  it('comes in by the same terms: the quorum, then the delay', async () => {
    const rules: Policy = {
      ...policy,
      rules: [...policy.rules, { id: 'keys', effect: 'allow', operations: ['credential.add'] }],
    }
    must(await change(rules, [alice, bob]))
    await pass(delayMs + hourMs)
    const { epoch, version } = await show()
    const dave = testKey(mesh, 'dave')
    const asked = request('credential.add', {
      base: { epoch, version },
      persons: [{ id: 'dave', owner: true }],
      credentials: [dave.credential],
    })
    const asEnrol: TestKey = { ...dave, authorise: (_purpose, of) => dave.authorise('enrol', of) }
    const alone = await send(core('eu-west'), asked, 'change', [alice, asEnrol])
    expect(codeOf(alone)).toBe('quorum_not_met')
    must(await send(core('eu-west'), asked, 'change', [alice, bob, asEnrol]))
    expect((await show()).persons).toHaveLength(3)
    await pass(delayMs + hourMs)
    expect((await show()).persons).toHaveLength(4)
  })
})
