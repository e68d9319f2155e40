import type { SignAnswer } from '@holdfast/base/answers'
import { fromUtf8, utf8 } from '@holdfast/base/bytes'
import { PersonId, WalletId } from '@holdfast/base/ids'
import { parseTransaction, recoverTransactionAddress } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, recipient, signRequest } from '../testing/core-world.ts'
import { expiresAt, ownerPolicy, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

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

describe('signing', () => {
  it('signs what was decoded, by the account, with a receipt', async () => {
    const { wallet } = await create()
    const answer = must(
      await send<SignAnswer>(core('eu-west'), signRequest(mesh, wallet), 'sign', [alice]),
    )
    if (answer.signed.kind !== 'ethereum.transaction') throw new Error('another kind')
    const serialized = `0x${answer.signed.transaction}` as `0x02${string}`
    expect(parseTransaction(serialized).to).toBe(recipient)
    expect(await recoverTransactionAddress({ serializedTransaction: serialized })).toBe(
      wallet.accounts[0]!.address,
    )
    expect(answer.decoded.effects[0]).toMatchObject({ type: 'transfer', amount: '1000' })
    expect(answer.receipt).toMatchObject({ rule: 'owner', persons: ['alice'] })
  })

  it('gives the same answer to the same bytes', async () => {
    const { wallet } = await create()
    const bytes = utf8(JSON.stringify(signRequest(mesh, wallet)))
    const first = must(await send<SignAnswer>(core('eu-west'), bytes, 'sign', [alice]))
    const second = must(await send<SignAnswer>(core('eu-west'), bytes, 'sign', [alice]))
    expect(second.signed).toEqual(first.signed)
  })

  it('goes to the nearest holder where the asked zone may not hold the wallet', async () => {
    const { wallet } = await create({ placement: { constraints: { minLevel: 3 } } })
    const answer = must(
      await send<SignAnswer>(core('us-east'), signRequest(mesh, wallet), 'sign', [alice]),
    )
    expect(answer.receipt.relayedBy?.zone).toBe('us-east')
    expect(['eu-west', 'ap-south']).toContain(answer.receipt.node.zone)
  })

  it('answers unknown only when every zone said so, unreachable otherwise', async () => {
    const { wallet } = await create()
    const ghost = { ...wallet, id: WalletId(`wal_${'0'.repeat(44)}`) }
    const ask = () => send(core('us-east'), signRequest(mesh, ghost), 'sign', [alice])
    expect(codeOf(await ask())).toBe('unknown')
    mesh.cut('us-east', 'ap-south', true)
    expect(codeOf(await ask())).toBe('unreachable')
    mesh.cut('us-east', 'ap-south', false)
  })

  it('refuses a proof for another purpose, over other bytes, or by a stranger', async () => {
    const { wallet } = await create()
    const request = signRequest(mesh, wallet)
    const mallory = testKey(mesh, 'mallory')
    expect(codeOf(await send(core('eu-west'), request, 'sign', []))).toBe('unauthenticated')
    expect(codeOf(await send(core('eu-west'), request, 'read', [alice]))).toBe('bad_proof')
    expect(codeOf(await send(core('eu-west'), request, 'sign', [mallory]))).toBe('unauthenticated')
    const forged: TestKey = {
      ...alice,
      authorise: (purpose, bytes) => ({
        ...mallory.authorise(purpose, bytes),
        credential: alice.credential.id,
      }),
    }
    expect(codeOf(await send(core('eu-west'), request, 'sign', [forged]))).toBe('bad_proof')
  })

  it('keeps to the policy of the wallet', async () => {
    const rules = [
      {
        id: 'small',
        effect: 'allow' as const,
        operations: ['sign' as const],
        when: { maxAmount: '999' },
      },
    ]
    const { wallet } = await create({ policy: { ...ownerPolicy, rules } })
    const answer = await send(core('eu-west'), signRequest(mesh, wallet), 'sign', [alice])
    expect(codeOf(answer)).toBe('policy_denied')
  })

  it('refuses another mesh, an expired request and one that expires too late', async () => {
    const { wallet } = await create()
    const other = `mesh_${'00'.repeat(32)}`
    const cases: readonly (readonly [object, string])[] = [
      [{ mesh: other }, 'wrong_mesh'],
      [{ expiresAt: expiresAt(mesh, -120_000) }, 'expired'],
      [{ expiresAt: expiresAt(mesh, 3_600_000) }, 'expiry_too_far'],
    ]
    for (const [rest, code] of cases) {
      const answer = await send(core('eu-west'), signRequest(mesh, wallet, rest), 'sign', [alice])
      expect(codeOf(answer)).toBe(code)
    }
  })

  it('does not answer a client that has seen a newer version', async () => {
    const { wallet } = await create()
    const seen = { epoch: 1, version: 2 }
    const answer = await send(core('us-east'), signRequest(mesh, wallet, { seen }), 'sign', [alice])
    expect(codeOf(answer)).toBe('behind')
  })
})

describe('persons', () => {
  it('must be two where a rule wants two', async () => {
    const bob = testKey(mesh, 'bob')
    const rules = [
      {
        id: 'both',
        effect: 'allow' as const,
        operations: ['*' as const],
        persons: [PersonId('alice'), PersonId('bob')],
        quorum: 2,
      },
    ]
    const { wallet } = await create({ policy: { ...ownerPolicy, rules } }, [alice, bob])
    const request = signRequest(mesh, wallet)
    expect(codeOf(await send(core('eu-west'), request, 'sign', [alice]))).toBe('quorum_not_met')
    expect(codeOf(await send(core('eu-west'), request, 'sign', [alice, bob]))).toBe('ok')
  })
})

describe('evidence', () => {
  it('answers a nonce for this enclave or for the one that holds a wallet', async () => {
    const nonce = mesh.crypto.sha256(utf8('nonce'))
    const own = await core('eu-west').evidence({}, nonce)
    expect(own.ok).toBe(true)
    const { wallet } = await create({ placement: { constraints: { minLevel: 3 } } })
    const holder = await core('us-east').evidence({ wallet: wallet.id }, nonce)
    if (!holder.ok) throw new Error(holder.refusal.code)
    expect(fromUtf8(holder.value)).toContain('holdfast evidence v1')
    const short = await core('eu-west').evidence({}, nonce.subarray(1))
    expect(short).toMatchObject({ ok: false, refusal: { code: 'invalid_field' } })
  })
})
