import type { MarkAnswer, WalletAnswer } from '@holdfast/base/answers'
import type { Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
let wallet: Wallet
const zones = ['eu-west', 'us-east', 'ap-south'] as const
const core = (zone: string): Core => mesh.node(zone).core

const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, wallet, operation, rest)
const freeze = (zone: string, key = alice) =>
  send<MarkAnswer>(core(zone), request('wallet.freeze'), 'change', [key])
const sign = async (zone: string): Promise<string> =>
  codeOf(await send(core(zone), signRequest(mesh, wallet), 'sign', [alice]))
const cutOff = (zone: string, isCut: boolean): void => {
  for (const other of zones) if (other !== zone) mesh.cut(zone, other, isCut)
}
const unfreeze = async (zone: string, marks: readonly string[], keys = [alice, bob]) => {
  const shown = must(
    await send<WalletAnswer>(core('eu-west'), request('wallet.show'), 'read', [alice]),
  ).wallet
  const base = { epoch: shown.epoch, version: shown.version }
  const lifting = request('wallet.unfreeze', { base, marks })
  return send<WalletAnswer>(core(zone), lifting, 'change', keys)
}

beforeEach(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  bob = testKey(mesh, 'bob', 'p256')
  const keys = [alice, bob]
  const created = await enrolWallet(mesh, keys, {
    policy: {
      format: 'holdfast policy v1',
      changes: { quorum: 2, delayMs: 0 },
      rules: [{ id: 'all', effect: 'allow', operations: ['*'] }],
    },
  })
  wallet = created.wallet
  await until(async () => (await sign('ap-south')) === 'ok' && (await sign('us-east')) === 'ok')
})
afterEach(() => mesh.stop())

describe('a freeze', () => {
  it('by one owner at any zone stops every zone that can be reached, and says which', async () => {
    const answer = must(await freeze('ap-south'))
    expect(answer.exposure).toEqual({ inForce: [...wallet.placement.zones], open: [] })
    expect(answer.final).toBe(true)
    for (const zone of zones) expect(await sign(zone)).toBe('frozen')
  })

  it('is refused to who is no owner, and without a proof', async () => {
    const mallory = testKey(mesh, 'mallory')
    expect(codeOf(await freeze('eu-west', mallory))).toBe('unauthenticated')
    expect(codeOf(await send(core('eu-west'), request('wallet.freeze'), 'change', []))).toBe(
      'unauthenticated',
    )
    expect(await sign('eu-west')).toBe('ok')
  })

  it('names a zone that it did not reach, and until when that may sign', async () => {
    cutOff('ap-south', true)
    const answer = must(await freeze('us-east'))
    const bound = new Date(mesh.nowMs() + wallet.staleAfterMs).toISOString()
    expect(answer.exposure.open).toEqual([{ zone: 'ap-south', until: bound }])
    expect(await sign('ap-south')).toBe('ok')
    expect(await sign('eu-west')).toBe('frozen')
  })

  it('names no end where the home may not know', async () => {
    cutOff('eu-west', true)
    const answer = must(await freeze('us-east'))
    expect(answer.exposure.open).toEqual([{ zone: 'eu-west' }])
  })

  it('reaches a zone when its link comes back, by whichever zone that meets', async () => {
    cutOff('ap-south', true)
    must(await freeze('us-east'))
    mesh.kill('us-east')
    cutOff('ap-south', false)
    expect(await sign('ap-south')).toBe('ok')
    mesh.advance(3000)
    await core('eu-west').tick()
    expect(await sign('ap-south')).toBe('frozen')
  })

  it('survives the restart of a zone', async () => {
    must(await freeze('eu-west'))
    mesh.kill('us-east')
    await mesh.start('us-east')
    expect(await sign('us-east')).toBe('frozen')
  })

  it('leaves the wallet to be seen, with who froze it', async () => {
    must(await freeze('eu-west'))
    const shown = must(
      await send<WalletAnswer>(core('us-east'), request('wallet.show'), 'read', [alice]),
    )
    expect(shown.marks).toMatchObject([{ type: 'freeze', person: 'alice', zone: 'eu-west' }])
  })

  it('is lifted by the owners quorum alone, and only where it is named', async () => {
    const first = must(await freeze('eu-west')).marks[0]?.id ?? ''
    const second = must(await freeze('us-east', bob)).marks.at(-1)?.id ?? ''
    expect(codeOf(await unfreeze('eu-west', [first, second], [alice]))).toBe('quorum_not_met')
    must(await unfreeze('us-east', [first]))
    expect(await sign('eu-west')).toBe('frozen')
    must(await unfreeze('us-east', [second]))
    for (const zone of zones) await until(async () => (await sign(zone)) === 'ok')
  })

  it('that was lifted needs a new request to come again', async () => {
    const answer = must(await freeze('eu-west'))
    must(await unfreeze('eu-west', [answer.marks[0]?.id ?? '']))
    expect(codeOf(await freeze('eu-west'))).toBe('conflict')
    expect(await sign('eu-west')).toBe('ok')
    mesh.advance(1)
    must(await freeze('eu-west'))
    expect(await sign('eu-west')).toBe('frozen')
  })

  it('stops changes that loosen, not those that tighten', async () => {
    const { wallet: shown } = must(
      await send<WalletAnswer>(core('eu-west'), request('wallet.show'), 'read', [alice]),
    )
    must(await freeze('eu-west'))
    const change = (policy: object): object =>
      request('policy.change', { base: { epoch: shown.epoch, version: shown.version }, policy })
    const looser = { ...shown.policy, changes: { quorum: 1, delayMs: 0 } }
    expect(codeOf(await send(core('eu-west'), change(looser), 'change', [alice, bob]))).toBe(
      'frozen',
    )
    const deny = { id: 'none', effect: 'deny', operations: ['sign'] }
    const tighter = { ...shown.policy, rules: [...shown.policy.rules, deny] }
    expect(codeOf(await send(core('eu-west'), change(tighter), 'change', [alice]))).toBe('ok')
  })
})
