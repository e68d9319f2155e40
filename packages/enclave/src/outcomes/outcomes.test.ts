/** What became of a change is told by the hash of its request, also where it was left behind. */
import type { OutcomeAnswer, WalletAnswer } from '@holdfast/base/answers'
import { ZoneId } from '@holdfast/base/ids'
import { pastRequestsMax } from '@holdfast/base/limits'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, must, until } from '../testing/core-world.ts'
import { isCompared, pass } from '../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import {
  changeRequest,
  enrolWallet,
  show as showAt,
  walletRequest,
} from '../testing/wallet-requests.ts'

const [west, east] = [ZoneId('eu-west'), ZoneId('us-east')]
const zones = [west, east] as const

let mesh: TestMesh
let alice: TestKey
beforeAll(async () => {
  mesh = await createTestMesh({ zones })
  alice = testKey(mesh, 'alice')
  await settled(() => isCompared(mesh))
})
afterAll(() => mesh.stop())

const settled = (holds: () => boolean | Promise<boolean>): Promise<void> =>
  until(async () => {
    await pass(mesh)
    return holds()
  })

const create = async (): Promise<Wallet> => {
  const source = { type: 'generate' } as const
  const { wallet } = await enrolWallet(mesh, [alice], {
    keys: [{ name: 'main', kind: 'bip39', source, accounts: [{ chain: 'ethereum' }] }],
  })
  await settled(async () => codeOf(await outcome(east, wallet, wallet.request)) === 'ok')
  return wallet
}

const addition = (wallet: Wallet, index: number): object =>
  changeRequest(mesh, wallet, 'account.add', {
    key: wallet.keys[0]?.id,
    accounts: [{ chain: 'ethereum', path: `m/44'/60'/0'/0/${index}` }],
  })

const change = (zone: ZoneId, request: object) =>
  send<WalletAnswer>(mesh.node(zone).core, request, 'change', [alice])

const outcome = (zone: ZoneId, wallet: Wallet, request: string, by: TestKey = alice) => {
  const asked = walletRequest(mesh, wallet, 'wallet.outcome', { request })
  return send<OutcomeAnswer>(mesh.node(zone).core, asked, 'read', [by])
}

const show = (zone: ZoneId, wallet: Wallet) => showAt({ mesh, alice, wallet }, zone)

describe('the outcome of a change', () => {
  it('is the version that it made, also after others came', async () => {
    const wallet = await create()
    const request = addition(wallet, 1)
    const first = must(await change(west, request)).wallet
    const second = must(await change(west, addition(first, 2))).wallet
    for (const zone of zones) {
      const answer = must(await outcome(zone, wallet, first.request))
      expect(answer).toMatchObject({ outcome: 'applied', version: { epoch: 1, version: 2 } })
      expect(answer.silent).toEqual([])
    }
    expect(second.past?.map((one) => one.request)).toEqual([wallet.request, first.request])
    // The same bytes once more: the wallet that has the change, and no new version.
    const again = must(await change(west, request)).wallet
    expect(again).toEqual(second)
  })

  it('is unknown where no zone knows it, and says which were not asked', async () => {
    const wallet = await create()
    expect(must(await outcome(west, wallet, 'ab'.repeat(32)))).toMatchObject({
      outcome: 'unknown',
      silent: [],
    })
    mesh.cut(west, east, true)
    const answer = must(await outcome(west, wallet, 'ab'.repeat(32)))
    mesh.cut(west, east, false)
    mesh.relink(west)
    expect(answer).toMatchObject({ outcome: 'unknown', silent: [east] })
  })

  it('is told to nobody who may not see the wallet', async () => {
    const wallet = await create()
    const stranger = testKey(mesh, 'mallory')
    expect(codeOf(await outcome(west, wallet, wallet.request, stranger))).toBe('unauthenticated')
  })

  it('is kept of a bounded number of changes', async () => {
    const wallet = await create()
    let last = wallet
    for (let index = 1; index <= pastRequestsMax + 1; index += 1) {
      last = must(await change(west, addition(last, index))).wallet
    }
    expect(last.past).toHaveLength(pastRequestsMax)
    expect(must(await outcome(west, wallet, wallet.request)).outcome).toBe('unknown')
  })

  it('is superseded where another home took over before it was final', async () => {
    const wallet = await create()
    const kept = must(await change(west, addition(wallet, 1))).wallet
    mesh.cut(west, east, true)
    const given = await mesh.node(east).core.takeHomes(mesh.homeStatement({ givenUp: [west] }))
    expect(given.ok).toBe(true)
    const request = addition(kept, 2)
    const lost = must(await change(west, request))
    expect(lost.durability.state).toBe('pending')
    const changed = must(await change(east, addition(await show(east, wallet), 3))).wallet
    mesh.cut(west, east, false)
    mesh.relink(west)
    await settled(async () => (await show(west, wallet)).accounts.length === 3)
    for (const zone of zones) {
      const answer = must(await outcome(zone, wallet, lost.wallet.request))
      expect(answer).toMatchObject({
        outcome: 'superseded',
        superseded: { epoch: 1, version: 3, zone: west, at: lost.wallet.changedAt },
      })
      expect(answer.superseded?.by).toEqual(lost.wallet.by)
      expect(must(await outcome(zone, wallet, kept.request)).outcome).toBe('applied')
      expect(must(await outcome(zone, wallet, changed.request)).outcome).toBe('applied')
    }
    // The home of now never held it: another zone says what became of it.
    expect(codeOf(await change(west, request))).toBe('change_superseded')
    expect(codeOf(await change(east, addition(wallet, 4)))).toBe('conflict')
  })
})
