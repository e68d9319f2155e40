import type { SignAnswer, WalletAnswer } from '@holdfast/base/answers'
import { utf8 } from '@holdfast/base/bytes'
import type { Wallet } from '@holdfast/base/wallet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Core } from '../../core/core-interface.ts'
import { codeOf, must, signRequest } from '../../testing/core-world.ts'
import { softwarePasskey } from '../../testing/software-passkey.ts'
import { createRequest, expiresAt, send, type TestKey, testKey } from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { enrolWallet, walletRequest } from '../../testing/wallet-requests.ts'

let mesh: TestMesh
const core = (zone = 'eu-west'): Core => mesh.node(zone).core

beforeAll(async () => {
  mesh = await createTestMesh()
})
afterAll(() => mesh.stop())

const create = async (keys: readonly TestKey[], overrides: object = {}): Promise<Wallet> =>
  (await enrolWallet(mesh, keys, overrides)).wallet

/** A passkey whose authenticator counts; `next` is what it says next. */
const counting = () => {
  const state = { next: 1 }
  const counter = (): number => {
    state.next += 1
    return state.next - 1
  }
  return { key: softwarePasskey({ counter }), state }
}

const storedPasskeys = async (zone = 'eu-west'): Promise<number> =>
  [...(mesh.disks.get(zone)?.records.keys() ?? [])].filter((key) => key.startsWith('passkey/'))
    .length

describe('a wallet whose only credential is a passkey', () => {
  it('is made and signs by it, in every zone of its placement', async () => {
    const key = softwarePasskey()
    const wallet = await create([key])
    for (const zone of ['eu-west', 'us-east', 'ap-south']) {
      const answer = must(
        await send<SignAnswer>(core(zone), signRequest(mesh, wallet), 'sign', [key]),
      )
      expect(answer.receipt.persons).toEqual(['alice'])
    }
  })

  it('is not made without the proof of the passkey', async () => {
    const key = softwarePasskey()
    const request = createRequest(mesh, [key])
    expect(codeOf(await send(core(), request, 'enrol', []))).toBe('unauthenticated')
  })

  it('is not made where an origin is outside of the domain, or the key is no point', async () => {
    const key = softwarePasskey()
    for (const wrong of [
      { origins: ['https://wallet.example', 'https://evil.example'] },
      { publicKey: 'A'.repeat(44) },
    ]) {
      const request = createRequest(mesh, [key], {
        credentials: [{ ...key.credential, ...wrong }],
      })
      expect(codeOf(await send(core(), request, 'enrol', [key]))).not.toBe('ok')
    }
  })

  it('answers one proof alike at every node, and serves it for nothing else', async () => {
    const key = softwarePasskey()
    const wallet = await create([key])
    const bytes = utf8(JSON.stringify(signRequest(mesh, wallet)))
    const proof = key.authorise('sign', bytes)
    const captured: TestKey = { ...key, authorise: () => proof }
    const first = must(await send<SignAnswer>(core(), bytes, 'sign', [captured]))
    const second = must(await send<SignAnswer>(core('us-east'), bytes, 'sign', [captured]))
    expect(second.signed).toEqual(first.signed)
    const other = signRequest(mesh, wallet, { expiresAt: expiresAt(mesh, 200_000) })
    expect(codeOf(await send(core(), other, 'sign', [captured]))).toBe('passkey_wrong_challenge')
    const renamed: TestKey = { ...key, authorise: () => ({ ...proof, purpose: 'read' }) }
    const show = walletRequest(mesh, wallet, 'wallet.show')
    expect(codeOf(await send(core(), show, 'read', [renamed]))).toBe('passkey_wrong_challenge')
  })
})

describe('passkeys of a wallet', () => {
  it('are several, are named, and end when they are removed', async () => {
    const alice = testKey(mesh, 'alice')
    const phone = softwarePasskey()
    const wallet = await create([alice])
    const credential = { ...phone.credential, name: 'Phone' }
    const change = {
      mesh: mesh.mesh,
      expiresAt: expiresAt(mesh),
      wallet: wallet.id,
      base: { epoch: 1, version: 1 },
    }
    const add = { operation: 'credential.add', ...change, persons: [], credentials: [credential] }
    const bytes = utf8(JSON.stringify(add))
    const enrolling: TestKey = { ...phone, authorise: () => phone.authorise('enrol', bytes) }
    expect(codeOf(await send(core(), bytes, 'change', [alice]))).toBe('unauthenticated')
    must(await send(core(), bytes, 'change', [alice, enrolling]))
    must(await send(core(), signRequest(mesh, wallet), 'sign', [phone]))
    const remove = {
      operation: 'credential.remove',
      ...change,
      base: { epoch: 1, version: 2 },
      credential: credential.id,
    }
    must(await send(core(), remove, 'change', [alice]))
    const refused = await send(core(), signRequest(mesh, wallet), 'sign', [phone])
    expect(codeOf(refused)).toBe('unauthenticated')
  })
})

describe('the counter of a passkey', () => {
  it('costs no record while it is 0', async () => {
    const before = await storedPasskeys()
    const key = softwarePasskey()
    const wallet = await create([key])
    must(await send(core(), signRequest(mesh, wallet), 'sign', [key]))
    expect(await storedPasskeys()).toBe(before)
  })

  it('is stored before an answer leaves, and may not fall, after a restart either', async () => {
    const { key, state } = counting()
    const wallet = await create([key])
    must(await send(core(), signRequest(mesh, wallet), 'sign', [key]))
    mesh.kill('eu-west')
    await mesh.start('eu-west')
    state.next = 2
    const refused = await send(core(), signRequest(mesh, wallet), 'sign', [key])
    expect(codeOf(refused)).toBe('passkey_counter_fell')
    state.next = 3
    must(await send(core(), signRequest(mesh, wallet), 'sign', [key]))
    state.next = 0
    expect(codeOf(await send(core(), signRequest(mesh, wallet), 'sign', [key]))).toBe(
      'passkey_counter_fell',
    )
  })

  it('lets a proof be repeated that came before later ones', async () => {
    const { key } = counting()
    const wallet = await create([key])
    const bytes = utf8(JSON.stringify(signRequest(mesh, wallet)))
    const proof = key.authorise('sign', bytes)
    const captured: TestKey = { ...key, authorise: () => proof }
    must(await send(core(), bytes, 'sign', [captured]))
    must(await send(core(), signRequest(mesh, wallet), 'sign', [key]))
    must(await send(core(), bytes, 'sign', [captured]))
  })
})

describe('a credential with a scope', () => {
  it('does what its scope covers, though its person may do more', async () => {
    const alice = testKey(mesh, 'alice')
    const program = testKey(mesh, 'program')
    const scoped: TestKey = {
      ...program,
      credential: { ...program.credential, scope: { operations: ['wallet.show'] } },
    }
    const wallet = await create([alice, scoped])
    const show = walletRequest(mesh, wallet, 'wallet.show')
    must(await send(core(), show, 'read', [scoped]))
    expect(codeOf(await send(core(), signRequest(mesh, wallet), 'sign', [scoped]))).toBe(
      'out_of_scope',
    )
    must(await send(core(), signRequest(mesh, wallet), 'sign', [alice]))
  })

  it('signs by the accounts that its scope names, shows the wallet, and does no more', async () => {
    const alice = testKey(mesh, 'alice')
    const program = testKey(mesh, 'program')
    const key = {
      kind: 'secp256k1',
      source: { type: 'generate' },
      accounts: [{ chain: 'ethereum' }],
    } as const
    const keys = ['one', 'two'].map((name) => ({ ...key, name }))
    const first = await create([alice], { keys })
    const change = (wallet: Wallet, rest: object): Uint8Array =>
      utf8(
        JSON.stringify({
          mesh: mesh.mesh,
          expiresAt: expiresAt(mesh),
          wallet: wallet.id,
          base: { epoch: wallet.epoch, version: wallet.version },
          ...rest,
        }),
      )
    const [own, other] = first.accounts.map(({ id }) => id)
    const credential = { ...program.credential, scope: { accounts: [own!] } }
    const enrolling: TestKey = {
      ...program,
      authorise: (_purpose, bytes) => program.authorise('enrol', bytes),
    }
    const adding = change(first, {
      operation: 'credential.add',
      persons: [{ id: 'program', owner: false }],
      credentials: [credential],
    })
    const { wallet } = must(await send<WalletAnswer>(core(), adding, 'change', [alice, enrolling]))
    const sign = async (account: string | undefined): Promise<string> => {
      const request = { ...signRequest(mesh, wallet), account }
      return codeOf(await send(core(), request, 'sign', [program]))
    }
    expect([await sign(own), await sign(other)]).toEqual(['ok', 'out_of_scope'])
    const show = change(wallet, { operation: 'wallet.show', base: undefined })
    must(await send(core(), show, 'read', [program]))
    const account = { key: wallet.keys[0]?.id, accounts: [{ chain: 'ethereum' }] }
    const more = change(wallet, { operation: 'account.add', ...account })
    expect(codeOf(await send(core(), more, 'change', [program]))).toBe('out_of_scope')
  })

  it('ends with its time, at every zone', async () => {
    const alice = testKey(mesh, 'alice')
    const program = testKey(mesh, 'program')
    const ending: TestKey = {
      ...program,
      credential: { ...program.credential, expiresAt: expiresAt(mesh, 600_000) },
    }
    const wallet = await create([alice, ending])
    const sign = async (zone: string, key: TestKey): Promise<string> =>
      codeOf(await send(core(zone), signRequest(mesh, wallet), 'sign', [key]))
    const zones = ['eu-west', 'us-east', 'ap-south']
    for (const zone of zones) expect(await sign(zone, ending)).toBe('ok')
    mesh.advance(600_000)
    for (const zone of zones) await core(zone).tick()
    for (const zone of zones) expect(await sign(zone, ending)).toBe('unauthenticated')
    expect(await sign('eu-west', alice)).toBe('ok')
  })

  it('may not be the only one of the owners', async () => {
    const alice = testKey(mesh, 'alice')
    const scoped: TestKey = {
      ...alice,
      credential: { ...alice.credential, scope: { operations: ['sign'] } },
    }
    const request = createRequest(mesh, [scoped])
    expect(codeOf(await send(core(), request, 'enrol', [scoped]))).toBe('invalid_field')
  })
})
