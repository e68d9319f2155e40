/** Wallets in two zones that go on with one, because their owners say so. */
import type { OutcomeAnswer, SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { beforeEach, describe, expect, it } from 'vitest'
import { policyOf } from '../counters/testing/limited-wallet.ts'
import { codeOf, must, signRequest, unsignedTransfer, until } from '../testing/core-world.ts'
import { isCompared, meshesOfFile, pass } from '../testing/mesh-steps.ts'
import { ownerPolicy, send, type TestKey, testKey } from '../testing/test-client.ts'
import type { TestMesh } from '../testing/test-mesh.ts'
import {
  addAccount,
  changeRequest,
  enrolWallet,
  show,
  walletRequest,
} from '../testing/wallet-requests.ts'

const [west, east, south] = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]
const hourMs = 3_600_000

const newMesh = meshesOfFile()

type World = {
  readonly mesh: TestMesh
  readonly alice: TestKey
  readonly bob: TestKey
  readonly wallet: Wallet
}

const world = async (zones: readonly ZoneId[]): Promise<World> => {
  const mesh = await newMesh({ zones })
  const alice = testKey(mesh, 'alice')
  const bob = testKey(mesh, 'bob')
  await until(async () => {
    await pass(mesh)
    return isCompared(mesh)
  })
  const policy = { ...ownerPolicy, changes: { quorum: 2, delayMs: 0 } }
  const { wallet } = await enrolWallet(mesh, [alice, bob], { policy })
  await until(() => zones.every((zone) => mesh.node(zone).core.status().wallets === 1))
  return { mesh, alice, bob, wallet }
}

const request = ({ mesh }: World, wallet: Wallet, zone: ZoneId): object =>
  changeRequest(mesh, wallet, 'placement.give-up', { zone })

const giveUp = (on: World, at: ZoneId, zone: ZoneId, wallet = on.wallet) =>
  send<WalletAnswer>(on.mesh.node(at).core, request(on, wallet, zone), 'change', [on.alice, on.bob])

const sign = ({ mesh, alice, wallet }: World, zone: ZoneId) =>
  send<SignAnswer>(mesh.node(zone).core, signRequest(mesh, wallet), 'sign', [alice])

describe('a wallet in two zones of which its owners give one up', () => {
  let on: World
  beforeEach(async () => {
    on = await world([west, east])
  })

  it('goes on at the other alone, while other wallets wait for governors', async () => {
    const { mesh, alice } = on
    const { wallet: other } = await enrolWallet(mesh, [alice])
    await until(() => mesh.node(east).core.status().wallets === 2)
    mesh.kill(west)
    const alone = must(await giveUp(on, east, west))
    expect(alone).toMatchObject({
      durability: { state: 'final', confirmed: [east], missing: [west] },
      wallet: { home: east, founder: west, accounts: on.wallet.accounts },
    })
    const changed = must(await addAccount(on, east, alone.wallet, 'p2tr'))
    expect(changed.durability.state).toBe('final')
    mesh.advance(2 * hourMs)
    expect(codeOf(await sign(on, east))).toBe('ok')
    expect(codeOf(await addAccount(on, east, other, 'p2tr'))).toBe('unreachable')
    expect(codeOf(await sign({ ...on, wallet: other }, east))).toBe('stale')
  })

  it('goes on so after the zone that is left has started anew', async () => {
    const { mesh } = on
    mesh.kill(west)
    const alone = must(await giveUp(on, east, west)).wallet
    mesh.kill(east)
    await mesh.start(east)
    const changed = must(await addAccount(on, east, alone, 'p2tr'))
    expect(changed.durability.state).toBe('final')
  })

  it('may lose its replica as well as its home', async () => {
    const { mesh } = on
    mesh.kill(east)
    const alone = must(await giveUp(on, west, east))
    expect(alone).toMatchObject({ durability: { state: 'final' }, wallet: { home: west } })
    mesh.advance(2 * hourMs)
    expect(codeOf(await sign(on, west))).toBe('ok')
  })

  it('is decided by both again once the zone is back, whose changes are reported', async () => {
    const { mesh, alice } = on
    mesh.cut(west, east, true)
    const lost = changeRequest(mesh, on.wallet, 'account.add', {
      key: on.wallet.keys[0]?.id,
      accounts: [{ chain: 'bitcoin', script: 'p2wpkh', network: 'mainnet' }],
    })
    const bytes = utf8(JSON.stringify(lost))
    const pending = must(await send<WalletAnswer>(mesh.node(west).core, bytes, 'change', [alice]))
    expect(pending.durability.state).toBe('pending')
    const alone = must(await giveUp(on, east, west)).wallet
    const kept = must(await addAccount(on, east, alone, 'p2tr')).wallet
    mesh.cut(west, east, false)
    mesh.relink(west)
    await until(async () => {
      await pass(mesh)
      return (await show(on, west)).epoch > kept.epoch
    })
    expect(await show(on, west)).toMatchObject({ home: east, accounts: kept.accounts })
    const asked = { request: toHex(mesh.crypto.sha256(bytes)) }
    const outcome = walletRequest(mesh, on.wallet, 'wallet.outcome', asked)
    const answer = must(await send<OutcomeAnswer>(mesh.node(east).core, outcome, 'read', [alice]))
    expect(answer).toMatchObject({ outcome: 'superseded' })
    mesh.cut(west, east, true)
    const changed = must(await addAccount(on, east, await show(on, east), 'p2wpkh'))
    expect(changed.durability).toMatchObject({ state: 'pending', missing: [west] })
  })

  it('wants the quorum of its owners, on the version that is held', async () => {
    const { mesh, alice } = on
    mesh.kill(west)
    const { core } = mesh.node(east)
    const one = await send(core, request(on, on.wallet, west), 'change', [alice])
    expect(codeOf(one)).toBe('quorum_not_met')
    const old = { ...on.wallet, version: 7 }
    expect(codeOf(await giveUp(on, east, west, old))).toBe('conflict')
  })

  it('carries a signature out once: it moves nothing when it comes again', async () => {
    const { mesh, alice, bob } = on
    mesh.cut(west, east, true)
    const bytes = utf8(JSON.stringify(request(on, on.wallet, west)))
    const { core } = mesh.node(east)
    const alone = must(await send<WalletAnswer>(core, bytes, 'change', [alice, bob])).wallet
    mesh.cut(west, east, false)
    mesh.relink(west)
    await until(async () => {
      await pass(mesh)
      return (await show(on, west)).epoch > alone.epoch
    })
    const together = await show(on, east)
    mesh.cut(west, east, true)
    const again = must(await send<WalletAnswer>(core, bytes, 'change', [alice, bob]))
    expect(again.wallet).toEqual(together)
    expect(again.durability.state).toBe('pending')
  })

  it('keeps both while the other is heard', async () => {
    expect(codeOf(await giveUp(on, east, west))).toBe('conflict')
    expect(codeOf(await giveUp(on, east, east))).toBe('placement_mismatch')
  })
})

it('keeps a wallet in three zones to its majority', async () => {
  const on = await world([west, east, south])
  on.mesh.kill(west)
  expect(codeOf(await giveUp(on, east, west))).toBe('placement_mismatch')
})

describe('limits of a wallet of which one zone is given up', () => {
  it('are counted by the other, from its own share and no more', async () => {
    const mesh = await newMesh({ zones: [west, east, south] })
    const alice = testKey(mesh, 'alice')
    await until(() => isCompared(mesh))
    const limits = [{ type: 'signatures' as const, count: 6, windowMs: 24 * hourMs }]
    const placement = { constraints: { regions: [west, east] } }
    const { wallet } = await enrolWallet(mesh, [alice], { policy: policyOf({ limits }), placement })
    const on = { mesh, alice, bob: alice, wallet }
    const limitsShown = walletRequest(mesh, wallet, 'limits.show')
    const core = () => mesh.node(east).core
    await until(async () => codeOf(await send(core(), limitsShown, 'read', [alice])) === 'ok')
    let nonce = 0
    const use = async (): Promise<string> => {
      const transaction = unsignedTransfer((nonce += 1))
      const payload = { kind: 'ethereum.transaction', transaction }
      return codeOf(await send(core(), signRequest(mesh, wallet, { payload }), 'sign', [alice]))
    }
    expect(await use()).toBe('ok')
    mesh.kill(west)
    expect(await use()).toBe('not_counted')
    const request = changeRequest(mesh, wallet, 'placement.give-up', { zone: west })
    expect(codeOf(await send(core(), request, 'change', [alice]))).toBe('ok')
    const codes: string[] = []
    for (let time = 0; time < 4; time += 1) codes.push(await use())
    expect(await show(on, east)).toMatchObject({ home: east })
    // Three of six are the share of east; what came before was counted in the home.
    expect(codes).toEqual(['ok', 'ok', 'ok', 'limit_exceeded'])
  })
})
