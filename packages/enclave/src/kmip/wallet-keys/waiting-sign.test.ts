import type { ApprovalAnswer, ApprovalListAnswer } from '@holdfast/base/answers'
import { type Bytes, fromBase64Url, fromHex, toHex } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { Rule } from '@holdfast/base/policy'
import type { KeyRequest } from '@holdfast/base/requests/wallet-create'
import type { RequestHeader, ResponseItem } from '@holdfast/kmip'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { must, unsignedTransfer } from '../../testing/core-world.ts'
import { createKmipWorld, type KmipWorld, kmipRules } from '../../testing/kmip-world.ts'
import { send, testKey } from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { walletRequest } from '../../testing/wallet-requests.ts'
import { extensionValues } from '../extensions.ts'

const waitSeconds = 7200

let mesh: TestMesh
let world: KmipWorld
let other: KmipWorld

const approved: Rule = {
  id: 'payments-with-an-owner',
  effect: 'allow',
  operations: ['sign'],
  persons: [PersonId('payments'), PersonId('alice')],
  quorum: 2,
  proof: 'session',
}
const [kmip] = kmipRules
const rules = [kmip as Rule, approved]

beforeAll(async () => {
  mesh = await createTestMesh({ zones: ['eu-west', 'us-east'], kmip: { waitSeconds } })
  world = await createKmipWorld(mesh, { rules, keys: [ethereumKey] })
  other = await createKmipWorld(mesh, { rules, keys: [ethereumKey] })
})
afterAll(() => mesh.stop())

const ethereumKey: KeyRequest = {
  name: 'main',
  kind: 'secp256k1',
  source: { type: 'generate' },
  accounts: [{ chain: 'ethereum' }],
}

const late: RequestHeader = { asynchronousIndicator: 'Optional' }

let nonces = 0
const transfer = (): Bytes => {
  nonces += 1
  return fromHex(unsignedTransfer(nonces))
}

const ask = (data: Bytes, header: RequestHeader, zone = 'eu-west', recoverable = false) => {
  const [account] = world.wallet.accounts
  const { recoverableEcdsa } = extensionValues.signatures
  const cryptographicParameters = { digitalSignatureAlgorithm: recoverableEcdsa }
  const payload = { uniqueIdentifier: account?.id ?? '', data }
  return world.item(
    {
      operation: 'Sign',
      payload: recoverable ? { ...payload, cryptographicParameters } : payload,
    },
    { header, zone },
  )
}

const pendingOf = (item: ResponseItem): Bytes => {
  if (item.status !== 'OperationPending') throw new Error(`not pending: ${JSON.stringify(item)}`)
  return item.asynchronousCorrelationValue
}

const poll = (value: Bytes, of = world, zone = 'eu-west') =>
  of.item({ operation: 'Poll', payload: { asynchronousCorrelationValue: value } }, { zone })

const cancelled = async (value: Bytes, of = world): Promise<unknown> => {
  const payload = { asynchronousCorrelationValue: value }
  const item = await of.item({ operation: 'Cancel', payload }, {})
  return item.status === 'Success'
    ? (item.payload as { cancellationResult: unknown }).cancellationResult
    : item.status
}

const owner = () => testKey(mesh, 'alice')

const request = (operation: string, rest: object = {}) =>
  walletRequest(mesh, world.wallet, operation, rest)

/** The newest request that waits, as an owner sees it, and his word on it. */
const decide = async (word: 'approve' | 'reject'): Promise<void> => {
  const key = owner()
  const { core } = mesh.node('eu-west')
  const list = await send<ApprovalListAnswer>(core, request('approval.list'), 'read', [key])
  const hash = must(list).approvals.find(({ state }) => state === 'waiting')?.request ?? ''
  const show = request('approval.show', { request: hash })
  const { approval } = must(await send<ApprovalAnswer>(core, show, 'read', [key]))
  const proofs = [key.authorise(word, fromBase64Url(approval.bytes))]
  must(await send(core, request(`approval.${word}`, { request: hash, proofs }), word, []))
}

const isGood = (data: Bytes, item: ResponseItem): boolean => {
  if (item.status !== 'Success') throw new Error(`refused: ${JSON.stringify(item)}`)
  const { signatureData } = item.payload as { signatureData: Bytes }
  const publicKey = fromHex(world.wallet.accounts[0]?.publicKey ?? '')
  const options = { prehash: false, format: 'der', lowS: true } as const
  return secp256k1.verify(signatureData, keccak_256(data), publicKey, options)
}

describe('a Sign that needs another person', () => {
  it('is refused where the client takes no late answer', async () => {
    for (const header of [{}, { asynchronousIndicator: 'Prohibited' } as const]) {
      expect(await ask(transfer(), header)).toMatchObject({ reason: 'PermissionDenied' })
    }
  })

  it.each([
    ['eu-west', 'its home'],
    ['us-east', 'another zone'],
  ])('is pending until an owner approves it, and polled then (%s, %s)', async (zone) => {
    const data = transfer()
    const value = pendingOf(await ask(data, late, zone))
    expect(toHex(pendingOf(await poll(value, world, zone)))).toBe(toHex(value))
    await decide('approve')
    expect(isGood(data, await poll(value, world, zone))).toBe(true)
    // The same request is answered again, at any zone.
    for (const each of ['eu-west', 'us-east']) {
      expect(isGood(data, await poll(value, world, each))).toBe(true)
    }
    expect(await cancelled(value)).toBe('Completed')
  })

  it('keeps the value that a client has whose requests are all asynchronous', async () => {
    const data = transfer()
    const value = pendingOf(await ask(data, { asynchronousIndicator: 'Mandatory' }))
    expect(toHex(pendingOf(await poll(value)))).toBe(toHex(value))
    await decide('approve')
    expect(isGood(data, await poll(value))).toBe(true)
  })

  it('answers in the form that was asked for', async () => {
    const value = pendingOf(await ask(transfer(), late, 'eu-west', true))
    await decide('approve')
    const answer = await poll(value)
    expect(answer).toMatchObject({ payload: { signatureData: { length: 65 } } })
  })

  it('waits as long as the operator lets it', async () => {
    const value = pendingOf(await ask(transfer(), late))
    const { core } = mesh.node('eu-west')
    const listed = await send<ApprovalListAnswer>(core, request('approval.list'), 'read', [owner()])
    const ends = must(listed).approvals.filter(({ state }) => state === 'waiting')
    expect(ends.map((one) => (Date.parse(one.expiresAt) - mesh.nowMs()) / 1000)).toEqual([
      waitSeconds,
    ])
    expect(await cancelled(value)).toBe('Canceled')
  })

  it('is never signed once it was cancelled', async () => {
    const value = pendingOf(await ask(transfer(), late))
    expect(await cancelled(value)).toBe('Canceled')
    await expect(decide('approve')).rejects.toThrow()
    expect(await poll(value)).toMatchObject({ reason: 'InvalidAsynchronousCorrelationValue' })
    expect(await cancelled(value)).toBe('Unavailable')
  })

  it('is refused once an owner rejected it', async () => {
    const value = pendingOf(await ask(transfer(), late))
    await decide('reject')
    expect(await poll(value)).toMatchObject({ reason: 'PermissionDenied' })
  })

  it('is not known to another client, nor under a value that is nearly right', async () => {
    const value = pendingOf(await ask(transfer(), late))
    const unknown = { reason: 'InvalidAsynchronousCorrelationValue' }
    expect(await poll(value, other)).toMatchObject(unknown)
    expect(await cancelled(value, other)).toBe('Unavailable')
    for (const wrong of [value.slice(1), Uint8Array.of(...value.slice(0, 32), 2)]) {
      expect(await poll(wrong)).toMatchObject(unknown)
    }
    expect(await cancelled(value)).toBe('Canceled')
  })
})
