/** What a node answers of a wallet that it does not hold (DESIGN §7, Miss). */
import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { isCompared, pass } from '../testing/mesh-steps.ts'
import { send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

const [west, east, south] = [ZoneId('eu-west'), ZoneId('us-east'), ZoneId('ap-south')]

let mesh: TestMesh
let alice: TestKey
let wallet: Wallet
beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  await ready()
  // In west and south alone: east must relay.
  const constraints = { minLevel: 3 } as const
  wallet = (await enrolWallet(mesh, [alice], { placement: { constraints } })).wallet
  expect(wallet.placement.zones.toSorted()).toEqual([south, west])
})
afterAll(() => mesh.stop())

const ready = (): Promise<void> =>
  until(async () => {
    await pass(mesh)
    return isCompared(mesh)
  })

const showAt = (zone: ZoneId, id: WalletId) => {
  const request = walletRequest(mesh, { id }, 'wallet.show')
  return send<WalletAnswer>(mesh.node(zone).core, request, 'read', [alice])
}

const signAt = (zone: ZoneId) =>
  send<SignAnswer>(mesh.node(zone).core, signRequest(mesh, wallet), 'sign', [alice])

const nobodys = WalletId(`wal_0000${'cd'.repeat(20)}`)

describe('a node that does not hold the wallet', () => {
  it('says unknown once every zone has said so', async () => {
    expect(codeOf(await showAt(east, nobodys))).toBe('unknown')
  })

  it('says unreachable, and which zones, while one that may hold it is silent', async () => {
    mesh.cut(east, south, true)
    const answer = await showAt(east, nobodys)
    mesh.cut(east, south, false)
    mesh.relink(east)
    expect(answer).toMatchObject({ ok: false, code: 'unreachable', subject: south })
  })

  it('says not_yet while a zone has booted and was not told what others remember', async () => {
    mesh.kill(south)
    mesh.cut(west, south, true)
    mesh.cut(east, south, true)
    const booted = await mesh.start(south, { confirmedBy: 'zones' })
    await booted.core.takeStatement(mesh.statementOn([booted]))
    await booted.core.ready()
    // It hears one zone, and might have heard of the wallet from the other.
    mesh.cut(east, south, false)
    mesh.relink(south)
    await until(async () => codeOf(await showAt(east, nobodys)) !== 'unreachable')
    expect(await showAt(east, nobodys)).toMatchObject({ ok: false, code: 'not_yet' })
    mesh.cut(west, south, false)
    mesh.relink(south)
    await ready()
    expect(codeOf(await showAt(east, nobodys))).toBe('unknown')
  })

  it('looks once more where the wallet was found before and is no longer', async () => {
    expect(codeOf(await signAt(east))).toBe('ok')
    // Whichever of the two was found first: it vanishes, and the other signs.
    for (const gone of [west, south]) {
      mesh.kill(gone)
      expect(codeOf(await signAt(east))).toBe('ok')
      await mesh.start(gone)
      await ready()
    }
  })

  it('gives a holder up that stopped dead, in two seconds, and finds the other', async () => {
    const first = must(await signAt(east)).receipt.node.zone
    mesh.freeze(first, true)
    const beganMs = performance.now()
    expect(await signAt(east)).toMatchObject({ code: 'unreachable', subject: first })
    expect(performance.now() - beganMs).toBeLessThan(2500)
    const second = must(await signAt(east))
    mesh.freeze(first, false)
    expect(second.receipt.node.zone).not.toBe(first)
  })
})
