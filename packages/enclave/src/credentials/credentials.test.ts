import type { WalletAnswer } from '@holdfast/base/answers'
import { toHex, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Credential, Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../core/core-interface.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { expiresAt, ownerPolicy, send, type TestKey, testKey } from '../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'
import { enrolWallet } from '../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
let bob: TestKey
const core = (zone: string): Core => mesh.node(zone).core

const create = async (overrides = {}, keys = [alice]): Promise<Wallet> =>
  (await enrolWallet(mesh, keys, overrides)).wallet

const change = (wallet: Wallet, rest: object): object => ({
  mesh: mesh.mesh,
  expiresAt: expiresAt(mesh),
  wallet: wallet.id,
  base: { epoch: wallet.epoch, version: wallet.version },
  ...rest,
})

/** One request that some sign for the change and others to enrol. */
const submit = async (
  request: object,
  owners: readonly TestKey[],
  enrolled: readonly TestKey[],
) => {
  const bytes = utf8(JSON.stringify(request))
  const asEnrol = enrolled.map((key) => ({
    ...key,
    authorise: (_purpose: unknown, of: Uint8Array) => key.authorise('enrol', of),
  }))
  return send<WalletAnswer>(core('eu-west'), bytes, 'change', [...owners, ...asEnrol])
}

const addBob = (wallet: Wallet): object =>
  change(wallet, {
    operation: 'credential.add',
    persons: [{ id: 'bob', owner: false }],
    credentials: [bob.credential],
  })

const certificate = (): Credential => {
  const named = {
    kind: 'tls-certificate' as const,
    keyHash: toHex(mesh.crypto.sha256(utf8('spki'))),
  }
  const id = CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16))
  return { ...named, id, person: PersonId('alice') }
}

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  bob = testKey(mesh, 'bob', 'p256')
})
afterAll(() => mesh.stop())

describe('adding a credential', () => {
  it('wants the proof of the new key and of an owner, over the same bytes', async () => {
    const wallet = await create()
    const request = addBob(wallet)
    expect(codeOf(await submit(request, [alice], []))).toBe('unauthenticated')
    expect(codeOf(await submit(request, [], [bob]))).toBe('unauthenticated')
    const answer = must(await submit(request, [alice], [bob]))
    expect(answer.wallet).toMatchObject({ version: 2, policyVersion: 2 })
    expect(codeOf(await send(core('eu-west'), signRequest(mesh, wallet), 'sign', [bob]))).toBe('ok')
  })

  it('is no right of a person who is no owner', async () => {
    const wallet = must(await submit(addBob(await create()), [alice], [bob])).wallet
    const carol = testKey(mesh, 'carol')
    const request = change(wallet, {
      operation: 'credential.add',
      persons: [{ id: 'carol', owner: true }],
      credentials: [carol.credential],
    })
    expect(codeOf(await submit(request, [bob], [carol]))).toBe('policy_denied')
    expect(codeOf(await submit(request, [alice], [carol]))).toBe('ok')
  })

  it('refuses an id that is not that of the key', async () => {
    const wallet = await create()
    const wrong = { ...bob.credential, id: alice.credential.id }
    const request = change(wallet, {
      operation: 'credential.add',
      persons: [{ id: 'bob', owner: false }],
      credentials: [wrong],
    })
    expect(codeOf(await submit(request, [alice], []))).not.toBe('ok')
  })
})

describe('removing a credential', () => {
  it('ends it at once at the home, for signatures and for sessions alike', async () => {
    const wallet = must(await submit(addBob(await create()), [alice], [bob])).wallet
    const request = change(wallet, {
      operation: 'credential.remove',
      credential: bob.credential.id,
    })
    const answer = must(await submit(request, [alice], []))
    expect(answer.durability.state).toBe('final')
    const refused = await send(core('eu-west'), signRequest(mesh, wallet), 'sign', [bob])
    expect(codeOf(refused)).toBe('unauthenticated')
  })

  it('is the right of its own person whatever the policy says', async () => {
    const rules = [{ ...ownerPolicy.rules[0]!, persons: [PersonId('alice')] }]
    const first = await create({ policy: { ...ownerPolicy, rules } })
    const wallet = must(await submit(addBob(first), [alice], [bob])).wallet
    const other = change(wallet, {
      operation: 'credential.remove',
      credential: alice.credential.id,
    })
    expect(codeOf(await submit(other, [bob], []))).toBe('policy_denied')
    const own = change(wallet, { operation: 'credential.remove', credential: bob.credential.id })
    expect(codeOf(await submit(own, [bob], []))).toBe('ok')
  })

  it('names a zone that it did not reach, where it signs so long and no longer', async () => {
    const { wallet } = must(await submit(addBob(await create()), [alice], [bob]))
    const sign = async (zone: string): Promise<string> =>
      codeOf(await send(core(zone), signRequest(mesh, wallet), 'sign', [bob]))
    await until(async () => (await sign('us-east')) === 'ok' && (await sign('ap-south')) === 'ok')
    for (const zone of ['eu-west', 'us-east']) mesh.cut('ap-south', zone, true)
    const request = change(wallet, {
      operation: 'credential.remove',
      credential: bob.credential.id,
    })
    const { exposure } = must(await submit(request, [alice], []))
    const bound = new Date(mesh.nowMs() + wallet.staleAfterMs).toISOString()
    expect(exposure).toEqual({
      inForce: ['eu-west', 'us-east'],
      open: [{ zone: 'ap-south', until: bound }],
    })
    expect([await sign('us-east'), await sign('ap-south')]).toEqual(['unauthenticated', 'ok'])
    mesh.advance(wallet.staleAfterMs)
    expect(await sign('ap-south')).toBe('ok')
    mesh.advance(1)
    expect(await sign('ap-south')).toBe('stale')
    for (const zone of ['eu-west', 'us-east']) mesh.cut('ap-south', zone, false)
  })

  it('leaves an owner who can sign', async () => {
    const wallet = await create({ credentials: [alice.credential, certificate()] })
    const request = change(wallet, {
      operation: 'credential.remove',
      credential: alice.credential.id,
    })
    expect(codeOf(await submit(request, [alice], []))).toBe('invalid_field')
  })
})

describe('the certificate of a KMIP client', () => {
  const holder = (publicKey: Uint8Array) => core('eu-west').kmipCaller(publicKey)
  const rules = [
    ...ownerPolicy.rules,
    {
      id: 'kmip',
      effect: 'allow' as const,
      operations: ['kmip' as const],
      kinds: ['tls-certificate' as const],
      proof: 'session' as const,
    },
  ]

  it('speaks for the wallet that lists the hash of its key, until that is removed', async () => {
    const policy = { ...ownerPolicy, rules }
    const credentials = [alice.credential, certificate()]
    const wallet = await create({ credentials, policy, keys: [] })
    expect(await holder(utf8('spki'))).toEqual({
      ok: true,
      value: { tenant: wallet.id, credential: certificate().id },
    })
    const unknown = await holder(utf8('another'))
    expect(unknown).toMatchObject({ ok: false, refusal: { code: 'unauthenticated' } })
    const request = change(wallet, {
      operation: 'credential.remove',
      credential: certificate().id,
    })
    must(await submit(request, [alice], []))
    expect(await holder(utf8('spki'))).toMatchObject({ ok: false })
  })

  it('speaks for no wallet whose policy does not name KMIP, and signs no request', async () => {
    const credentials = [alice.credential, certificate()]
    const wallet = await create({ credentials })
    expect(await holder(utf8('spki'))).toMatchObject({
      ok: false,
      refusal: { code: 'proof_required' },
    })
    const posing: TestKey = {
      credential: certificate(),
      authorise: (purpose, bytes) => ({
        ...alice.authorise(purpose, bytes),
        credential: certificate().id,
      }),
    }
    const refused = await send(core('eu-west'), signRequest(mesh, wallet), 'sign', [posing])
    expect(codeOf(refused)).toBe('bad_proof')
  })
})
