import type { WalletAnswer, WalletListAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, until } from '../testing/core-world.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { changeRequest, enrolWallet, walletRequest } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
const core = (zone: string): Core => mesh.node(zone).core
const create = (overrides = {}, keys = [alice], at = 'eu-west') =>
  enrolWallet(mesh, keys, overrides, at)

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

describe('creation', () => {
  it('answers when the durable number of zones holds the wallet, naming them', async () => {
    const { wallet, durability } = await create()
    expect(durability.state).toBe('final')
    expect(durability.confirmed.length).toBeGreaterThanOrEqual(2)
    await until(() => core('ap-south').status().wallets === core('eu-west').status().wallets)
    expect(wallet.placement.zones).toEqual(['eu-west', 'us-east', 'ap-south'])
    expect(wallet.accounts[0]!.address).toMatch(/^0x[0-9a-fA-F]{40}$/)
  })

  it('continues the same creation when the same bytes are repeated', async () => {
    const bytes = utf8(JSON.stringify(createRequest(mesh, [alice])))
    const answers = await Promise.all([
      send<WalletAnswer>(core('eu-west'), bytes, 'enrol', [alice]),
      send<WalletAnswer>(core('eu-west'), bytes, 'enrol', [alice]),
    ])
    const again = await send<WalletAnswer>(core('us-east'), bytes, 'enrol', [alice])
    const documents = [...answers, again].map((answer) => JSON.stringify(must(answer).wallet))
    expect(new Set(documents).size).toBe(1)
  })

  it('is passed to the home where the client asks another zone', async () => {
    const answer = await create({}, [alice], 'ap-south')
    expect(answer.node.zone).toBe('eu-west')
    expect(answer.relayedBy?.zone).toBe('ap-south')
  })

  it('shows no address before enough zones hold the wallet', async () => {
    mesh.cut('eu-west', 'us-east', true)
    mesh.cut('eu-west', 'ap-south', true)
    const bytes = utf8(JSON.stringify(createRequest(mesh, [alice])))
    const refused = await send<WalletAnswer>(core('eu-west'), bytes, 'enrol', [alice])
    expect(refused).toMatchObject({ ok: false, code: 'pending', subject: 'us-east,ap-south' })
    mesh.cut('eu-west', 'us-east', false)
    mesh.cut('eu-west', 'ap-south', false)
    const answer = must(await send<WalletAnswer>(core('eu-west'), bytes, 'enrol', [alice]))
    expect(answer.durability.state).toBe('final')
  })

  it('wants a proof of every credential that the wallet will trust', async () => {
    const bob = testKey(mesh, 'bob', 'p256')
    const request = createRequest(mesh, [alice, bob])
    expect(codeOf(await send(core('eu-west'), request, 'enrol', [alice]))).toBe('unauthenticated')
    expect(codeOf(await send(core('eu-west'), request, 'sign', [alice, bob]))).toBe('bad_proof')
    expect(codeOf(await send(core('eu-west'), request, 'enrol', [alice, bob]))).toBe('ok')
  })

  it('refuses zones that the constraints do not name, before anything is stored', async () => {
    const before = core('eu-west').status().wallets
    const request = createRequest(mesh, [alice])
    const wrong = { ...request.placement, zones: [ZoneId('eu-west')], durability: 1 }
    const answer = await send(core('eu-west'), { ...request, placement: wrong }, 'enrol', [alice])
    expect(codeOf(answer)).toBe('placement_mismatch')
    const lonely = { constraints: { copies: 1 }, zones: [ZoneId('eu-west')], durability: 2 }
    const few = await send(core('eu-west'), { ...request, placement: lonely }, 'enrol', [alice])
    expect(codeOf(few)).toBe('too_few_zones')
    expect(core('eu-west').status().wallets).toBe(before)
  })

  it('keeps a wallet out of the zones that its placement does not name', async () => {
    const constraints = { minLevel: 3 }
    const { wallet } = await create({ placement: { constraints } })
    expect(wallet.placement.zones).toEqual(['eu-west', 'ap-south'])
    await core('us-east').tick()
    for (const disk of [mesh.disks.get('us-east')!]) {
      expect([...disk.records.keys()].some((key) => key.includes(wallet.id))).toBe(false)
    }
  })
})

describe('changes', () => {
  it('are ordered by the home and reach every zone', async () => {
    const { wallet } = await create()
    const request = changeRequest(mesh, wallet, 'account.add', {
      key: wallet.keys[0]!.id,
      accounts: [{ chain: 'bitcoin', network: 'regtest' }],
    })
    const bytes = utf8(JSON.stringify(request))
    const answer = must(await send<WalletAnswer>(core('us-east'), bytes, 'change', [alice]))
    expect(answer.node.zone).toBe('eu-west')
    expect(answer.wallet).toMatchObject({ version: 2, policyVersion: 1 })
    expect(answer.wallet.accounts[1]!.address).toMatch(/^bcrt1q/)
    const repeated = must(await send<WalletAnswer>(core('eu-west'), bytes, 'change', [alice]))
    expect(repeated.wallet).toEqual(answer.wallet)
    const late = { ...request, accounts: [{ chain: 'bitcoin', script: 'p2tr' }] }
    expect(codeOf(await send(core('eu-west'), late, 'change', [alice]))).toBe('conflict')
    const seen = { epoch: 1, version: 2 }
    const show = walletRequest(mesh, wallet, 'wallet.show', { seen })
    const shown = must(await send<WalletAnswer>(core('ap-south'), show, 'read', [alice]))
    expect(shown.wallet.version).toBe(2)
  })

  it('lists to a credential the wallets that name it, and to nobody else', async () => {
    const carol = testKey(mesh, 'carol', 'p256')
    const { wallet } = await create({}, [carol])
    const request = { operation: 'wallet.list', mesh: mesh.mesh, expiresAt: expiresAt(mesh) }
    const list = async (keys: readonly TestKey[]): Promise<readonly string[]> =>
      must(await send<WalletListAnswer>(core('eu-west'), request, 'read', keys)).wallets.map(
        (one) => one.id,
      )
    expect(await list([carol])).toEqual([wallet.id])
    expect(await list([testKey(mesh, 'mallory')])).toEqual([])
    const forged: TestKey = {
      ...carol,
      authorise: (purpose, bytes) => ({
        ...testKey(mesh, 'mallory').authorise(purpose, bytes),
        credential: carol.credential.id,
      }),
    }
    expect(await list([forged])).toEqual([])
  })
})
