import type { ApprovalAnswer } from '@holdfast/base/answers'
import { fromBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Credential, Wallet } from '@holdfast/base/wallet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { must, unsignedTransfer } from '../testing/core-world.ts'
import { expiresAt, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'
import type { PendingSignatures } from './pending-signatures.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
let wallet: Wallet
let certificate: Credential
const core = (zone: string): Core => mesh.node(zone).core
const pending = (zone: string): PendingSignatures => {
  const made = core(zone).pendingSignatures()
  if (made === undefined) throw new Error('has not started')
  return made
}
const hourMs = 3_600_000

const request = (operation: string, rest: object): object => ({
  operation,
  mesh: mesh.mesh,
  expiresAt: expiresAt(mesh),
  wallet: wallet.id,
  ...rest,
})
const decide = async (word: 'approve' | 'reject', id: string, key: TestKey) => {
  const shown = must(
    await send<ApprovalAnswer>(core('eu-west'), request('approval.show', { request: id }), 'read', [
      key,
    ]),
  )
  const proofs = [key.authorise(word, fromBase64Url(shown.approval.bytes))]
  const decision = request(`approval.${word}`, { request: id, proofs })
  return must(await send<ApprovalAnswer>(core('eu-west'), decision, word, [])).approval.state
}
const caller = () => ({ tenant: wallet.id, credential: certificate.id })
const submit = (zone: string, waitMs = hourMs) => {
  const [account] = wallet.accounts
  return pending(zone).submit(caller(), {
    ...(account === undefined ? {} : { account: account.id }),
    payload: { kind: 'ethereum.transaction', transaction: unsignedTransfer() },
    waitMs,
  })
}
const idOf = async (zone = 'eu-west'): Promise<string> => {
  const submitted = await submit(zone)
  if (!submitted.ok || submitted.value.state !== 'waiting') throw new Error('does not wait')
  return submitted.value.id
}

beforeEach(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  bob = testKey(mesh, 'bob')
  const named = {
    kind: 'tls-certificate' as const,
    keyHash: toHex(mesh.crypto.sha256(utf8('spki'))),
  }
  certificate = {
    ...named,
    id: CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16)),
    person: PersonId('server'),
  }
  const keys = [alice, bob]
  const created = await enrolWallet(mesh, keys, {
    policy: {
      format: 'holdfast policy v1',
      rules: [
        {
          id: 'both',
          effect: 'allow',
          operations: ['sign'],
          persons: [PersonId('alice'), PersonId('bob')],
          quorum: 2,
        },
      ],
    },
    persons: [
      ...keys.map(({ credential }) => ({ id: credential.person, owner: true })),
      { id: PersonId('server'), owner: false },
    ],
    credentials: [...keys.map(({ credential }) => credential), certificate],
  })
  wallet = created.wallet
})
afterEach(() => mesh.stop())

describe('a signature that a certificate asks for', () => {
  it.each(['eu-west', 'ap-south'])('waits for its persons, asked in %s', async (zone) => {
    const id = await idOf(zone)
    expect(await pending(zone).poll(caller(), id)).toEqual({
      ok: true,
      value: { state: 'waiting', id },
    })
    expect(await decide('approve', id, alice)).toBe('waiting')
    expect(await decide('approve', id, bob)).toBe('done')
    const polled = await pending(zone).poll(caller(), id)
    expect(polled).toMatchObject({
      ok: true,
      value: { state: 'done', signed: { kind: 'ethereum.transaction' } },
    })
  })

  it('is not asked for by a node whose level is below that of the placement', async () => {
    const keys = [alice, bob]
    const created = await enrolWallet(mesh, keys, {
      placement: { constraints: { minLevel: 3 } },
      persons: wallet.persons,
      credentials: wallet.credentials,
    })
    wallet = created.wallet
    expect(await submit('us-east')).toMatchObject({ refusal: { code: 'not_here' } })
  })

  it('tells that it was rejected, and that it waited too long', async () => {
    const rejected = await idOf()
    expect(await decide('reject', rejected, bob)).toBe('rejected')
    expect(await pending('eu-west').poll(caller(), rejected)).toMatchObject({
      refusal: { code: 'rejected' },
    })
    const expired = await idOf()
    mesh.advance(2 * hourMs)
    expect(await pending('eu-west').poll(caller(), expired)).toMatchObject({
      refusal: { code: 'expired' },
    })
  })

  it('is taken back by the certificate that asked, and by no other', async () => {
    const id = await idOf('ap-south')
    const other = { ...caller(), credential: CredentialId(`crd_${'0'.repeat(32)}`) }
    expect(await pending('ap-south').cancel(other, id)).toMatchObject({ ok: false })
    expect(await pending('ap-south').cancel(caller(), id)).toEqual({ ok: true, value: undefined })
    expect(await pending('ap-south').poll(caller(), id)).toMatchObject({
      refusal: { code: 'rejected' },
    })
  })
})
