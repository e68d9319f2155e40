/** What is answered of a new wallet before as many zones hold it as it asks for, and after. */
import type { WalletAnswer, WalletListAnswer } from '@holdfast/base/answers'
import { type Bytes, toHex, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, ObjectId, type WalletId } from '@holdfast/base/ids'
import type { Credential } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEntropy } from '../crypto/entropy.ts'
import { catchUpIntervalMs } from '../limits.ts'
import { codeOf, must, signRequest, until } from '../testing/core-world.ts'
import { kmipRules } from '../testing/kmip-world.ts'
import {
  createRequest,
  expiresAt,
  ownerPolicy,
  send,
  type TestKey,
  testKey,
} from '../testing/test-client.ts'
import { createTestMesh, type TestMesh, testZones } from '../testing/test-mesh.ts'
import { walletIdOf } from './wallet-id.ts'

let mesh: TestMesh
let alice: TestKey
const home = 'eu-west'
const zones: readonly string[] = testZones.map(({ id }) => id)
const core = (zone: string) => mesh.node(zone).core
const isolate = (zone: string, isCut: boolean): void => {
  for (const other of zones) if (other !== zone) mesh.cut(zone, other, isCut)
}
const tick = async (zone: string): Promise<void> => {
  mesh.advance(catchUpIntervalMs)
  await core(zone).tick()
}
const certificate = (publicKey: Bytes): Credential => {
  const named = {
    kind: 'tls-certificate',
    keyHash: toHex(mesh.crypto.sha256(publicKey)),
  } as const
  const id = CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16))
  return { ...named, id, person: alice.credential.person }
}
const creation = (
  durability?: number,
  more: readonly Credential[] = [],
): { readonly bytes: Bytes; readonly id: WalletId } => {
  const credentials = [alice.credential, ...more]
  const policy = { ...ownerPolicy, rules: [...ownerPolicy.rules, ...kmipRules] }
  const request = createRequest(mesh, [alice], { credentials, policy })
  const placement = { ...request.placement, ...(durability !== undefined && { durability }) }
  const bytes = utf8(JSON.stringify({ ...request, placement }))
  return { bytes, id: walletIdOf(mesh.crypto, bytes) }
}
const create = (bytes: Bytes) => send<WalletAnswer>(core(home), bytes, 'enrol', [alice])
/** All zones have compared each other since their boots. */
const recovered = (): Promise<void> =>
  until(async () => {
    for (const zone of zones) await tick(zone)
    return (await create(creation().bytes)).ok
  })
const ask = <Value>(
  zone: string,
  operation: string,
  rest: object = {},
  purpose = 'read' as const,
) =>
  send<Value>(
    core(zone),
    { operation, mesh: mesh.mesh, expiresAt: expiresAt(mesh), ...rest },
    purpose,
    [alice],
  )
const show = (zone: string, wallet: WalletId) => ask<WalletAnswer>(zone, 'wallet.show', { wallet })
const lineOf = async (zone: string, wallet: WalletId) =>
  must(await ask<WalletListAnswer>(zone, 'wallet.list')).wallets.find(({ id }) => id === wallet)

beforeAll(async () => {
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
  await recovered()
})
afterAll(() => mesh.stop())

describe('a wallet that too few zones hold', () => {
  let made: ReturnType<typeof creation>
  const publicKey = utf8('the SubjectPublicKeyInfo of a machine')

  beforeAll(async () => {
    isolate(home, true)
    made = creation(2, [certificate(publicKey)])
    expect(codeOf(await create(made.bytes))).toBe('pending')
  })

  it('is not shown at its home, which names the zones that are missing', async () => {
    const answer = await show(home, made.id)
    expect(answer).toEqual({ ok: false, code: 'pending', subject: 'us-east,ap-south' })
  })

  it('is listed as pending, without addresses', async () => {
    expect(await lineOf(home, made.id)).toMatchObject({ state: 'pending', accounts: [] })
  })

  it('signs nothing, and is not changed', async () => {
    const wallet = { id: made.id, accounts: [{ id: 'acc_'.padEnd(36, '0') }] }
    const sign = signRequest(mesh, wallet as unknown as WalletAnswer['wallet'])
    expect(codeOf(await send(core(home), sign, 'sign', [alice]))).toBe('pending')
    const change = {
      operation: 'account.add',
      mesh: mesh.mesh,
      expiresAt: expiresAt(mesh),
      wallet: made.id,
      key: ObjectId.of(createEntropy().bytes(16)),
      accounts: [{ chain: 'bitcoin', network: 'regtest' }],
      base: { epoch: 1, version: 1 },
    }
    expect(codeOf(await send(core(home), change, 'change', [alice]))).toBe('pending')
  })

  it('takes no managed objects', async () => {
    const object = {
      id: ObjectId.of(createEntropy().bytes(16)),
      payload: utf8('secret'),
      state: utf8('{}'),
    }
    const created = await core(home).managedObjects()!.create(made.id, [object])
    expect(created).toMatchObject({ ok: false, refusal: { code: 'pending' } })
  })

  it('serves no KMIP client', async () => {
    const caller = await core(home).kmipCaller(publicKey)
    expect(caller).toMatchObject({ ok: false, refusal: { code: 'pending' } })
  })

  it('is still pending after its home has started anew', async () => {
    mesh.kill(home)
    await mesh.start(home)
    isolate(home, true)
    expect(codeOf(await show(home, made.id))).toBe('pending')
  })

  it('is shown once enough hold it, though nobody repeats the creation', async () => {
    isolate(home, false)
    mesh.relink(home)
    // Its home was started anew: it sends the wallet once it has heard both others.
    await until(async () => {
      await tick(home)
      return (await show('us-east', made.id)).ok
    })
    expect((await lineOf('us-east', made.id))?.accounts).toHaveLength(1)
    isolate(home, true)
    const { wallet } = must(await show(home, made.id))
    expect(wallet.accounts[0]?.address).toMatch(/^0x/)
    expect((await core(home).kmipCaller(publicKey)).ok).toBe(true)
    isolate(home, false)
    mesh.relink(home)
  })
})

describe('an acknowledged wallet', () => {
  it.each([2, 3])(
    'is shown by each of %i zones that is left, also after a start',
    async (count) => {
      const made = creation(count)
      const { wallet, durability } = must(await create(made.bytes))
      // At once, before anybody could ask anybody.
      for (const zone of zones) isolate(zone, true)
      for (const zone of durability.confirmed) {
        expect(codeOf(await show(zone, wallet.id)), zone).toBe('ok')
      }
      for (const zone of zones) isolate(zone, false)
      for (const zone of durability.confirmed) {
        isolate(zone, true)
        expect(codeOf(await show(zone, wallet.id)), zone).toBe('ok')
        mesh.kill(zone)
        await mesh.start(zone)
        isolate(zone, true)
        expect(codeOf(await show(zone, wallet.id)), zone).toBe('ok')
        isolate(zone, false)
        mesh.relink(zone)
        await recovered()
      }
    },
  )

  it('loses its mark with its first change, and stays shown', async () => {
    const { wallet } = must(await create(creation().bytes))
    expect(wallet.provisional).toBe(true)
    const change = {
      operation: 'account.add',
      mesh: mesh.mesh,
      expiresAt: expiresAt(mesh),
      wallet: wallet.id,
      key: wallet.keys[0]!.id,
      accounts: [{ chain: 'bitcoin', network: 'regtest' }],
      base: { epoch: wallet.epoch, version: wallet.version },
    }
    const changed = must(await send<WalletAnswer>(core(home), change, 'change', [alice]))
    expect(changed.wallet.provisional).toBeUndefined()
    expect(codeOf(await show('ap-south', wallet.id))).toBe('ok')
  })

  it('has no mark where one zone is enough', async () => {
    const { wallet } = must(await create(creation(1).bytes))
    expect(wallet.provisional).toBeUndefined()
  })
})
