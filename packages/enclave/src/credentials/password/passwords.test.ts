import type {
  PasswordFinishAnswer,
  PasswordLoginAnswer,
  SignAnswer,
  WalletAnswer,
} from '@holdfast/base/answers'
import { fromBase64Url, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { PasswordCredential, Wallet } from '@holdfast/base/wallet'
import { client as opaque, ready } from '@serenity-kit/opaque'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, must, signRequest } from '../../testing/core-world.ts'
import { type SealedClient, sealedClient } from '../../testing/sealed-client.ts'
import {
  expiresAt,
  ownerPolicy,
  send,
  type TestAnswer,
  type TestKey,
  testKey,
} from '../../testing/test-client.ts'
import { createTestMesh, type TestMesh } from '../../testing/test-mesh.ts'
import { keyStretching, passwordProof, registerPassword } from '../../testing/test-password.ts'
import { enrolWallet } from '../../testing/wallet-requests.ts'

let mesh: TestMesh
let alice: TestKey
beforeAll(async () => {
  await ready
  mesh = await createTestMesh()
  alice = testKey(mesh, 'alice')
})
afterAll(() => mesh.stop())

const header = (wallet: Wallet) => ({
  mesh: mesh.mesh,
  expiresAt: expiresAt(mesh),
  wallet: wallet.id,
})

type Registered = { readonly wallet: Wallet; readonly credential: PasswordCredential }

const make = (wallet: Wallet, password: string) => registerPassword(mesh, wallet, password)

const add = (wallet: Wallet, credential: PasswordCredential, password: string) => {
  const request = {
    operation: 'credential.add',
    ...header(wallet),
    base: { epoch: wallet.epoch, version: wallet.version },
    persons: [],
    credentials: [credential],
  }
  const enrol = passwordProof(mesh, credential, password)
  const enrolling: TestKey = { ...alice, authorise: (_of, bytes) => enrol('enrol', bytes) }
  return send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', [alice, enrolling])
}

const recover = (wallet: Wallet, credential: PasswordCredential, password: string) => {
  const request = {
    operation: 'wallet.recover',
    ...header(wallet),
    base: { epoch: wallet.epoch, version: wallet.version },
    credentials: [credential],
    remove: [],
  }
  const enrol = passwordProof(mesh, credential, password)
  const enrolling: TestKey = { ...alice, authorise: (_of, bytes) => enrol('enrol', bytes) }
  return send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', [alice, enrolling])
}

const register = async (password: string, overrides: object = {}): Promise<Registered> => {
  const { wallet } = await enrolWallet(mesh, [alice], overrides)
  const credential = await make(wallet, password)
  return { wallet: must(await add(wallet, credential, password)).wallet, credential }
}

type Try = { readonly person?: string; readonly device?: string; readonly at?: SealedClient }

const begin = async (wallet: Wallet, password: string, { person = 'alice', device, at }: Try) => {
  const session = at ?? (await sealedClient(mesh, 'eu-west'))
  const begun = opaque.startLogin({ password })
  const answer = await session.ask<PasswordLoginAnswer>({
    operation: 'password.login',
    ...header(wallet),
    person,
    ...(device === undefined ? {} : { device }),
    message: begun.startLoginRequest,
  })
  const finish = (): ReturnType<typeof opaque.finishLogin> =>
    opaque.finishLogin({
      password,
      clientLoginState: begun.clientLoginState,
      loginResponse: must(answer).message,
      keyStretching,
    })
  return { session, answer, finish }
}

const logIn = async (
  wallet: Wallet,
  password: string,
  options: Try = {},
): Promise<TestAnswer<PasswordFinishAnswer>> => {
  const { session, answer, finish } = await begin(wallet, password, options)
  if (!answer.ok) return answer
  const message = finish()?.finishLoginRequest
  if (message === undefined) return { ok: false, code: 'wrong_password', subject: undefined }
  return session.ask({ operation: 'password.finish', ...header(wallet), message })
}

const signer = (credential: PasswordCredential, password: string, ticket: string): TestKey => ({
  credential,
  authorise: passwordProof(mesh, credential, password, fromBase64Url(ticket)),
})

describe('a password', () => {
  it('signs after a login, in every zone of the wallet', async () => {
    const { wallet, credential } = await register('correct horse')
    for (const zone of ['eu-west', 'us-east', 'ap-south']) {
      const at = await sealedClient(mesh, zone)
      const { ticket } = must(await logIn(wallet, 'correct horse', { at }))
      const key = signer(credential, 'correct horse', ticket)
      const answer = await send<SignAnswer>(
        mesh.node(zone).core,
        signRequest(mesh, wallet),
        'sign',
        [key],
      )
      expect(must(answer).receipt.persons).toEqual(['alice'])
    }
  })

  it('signs nothing without the ticket of a login that is still good', async () => {
    const { wallet, credential } = await register('no ticket')
    const { core } = mesh.node('eu-west')
    const { ticket, device } = must(await logIn(wallet, 'no ticket'))
    for (const wrong of ['', device]) {
      const key = signer(credential, 'no ticket', wrong)
      const answer = await send(core, signRequest(mesh, wallet), 'sign', [key])
      expect(codeOf(answer)).toBe('login_required')
    }
    const other = signer(credential, 'another key', ticket)
    expect(codeOf(await send(core, signRequest(mesh, wallet), 'sign', [other]))).toBe('bad_proof')
  })

  it('is answered alike whether the person or the password is unknown', async () => {
    const { wallet } = await register('right')
    const wrong = await begin(wallet, 'wrong', {})
    const unknown = await begin(wallet, 'right', { person: 'nobody' })
    const shapes = [wrong, unknown].map(({ answer }) => {
      const { message, node } = must(answer)
      return { keys: Object.keys(must(answer)), length: message.length, node }
    })
    expect(shapes[0]).toEqual(shapes[1])
    expect(wrong.finish()).toBeUndefined()
    expect(unknown.finish()).toBeUndefined()
  })

  it('is guessed at most ten times in all zones, and opens again by another key', async () => {
    const { wallet, credential } = await register('guarded')
    let answered = 0
    for (let attempt = 0; attempt < 16; attempt += 1) {
      const zone = ['eu-west', 'us-east', 'ap-south'][attempt % 3] as string
      const at = await sealedClient(mesh, zone)
      const { answer } = await begin(wallet, `guess ${attempt}`, { at })
      if (answer.ok) answered += 1
      else expect(['locked', 'not_counted']).toContain(answer.code)
    }
    expect(answered).toBeLessThanOrEqual(10)
    expect(codeOf(await logIn(wallet, 'guarded'))).toBe('locked')
    const at = await sealedClient(mesh, 'eu-west')
    const unlock = utf8(
      JSON.stringify({
        operation: 'password.unlock',
        ...header(wallet),
        credential: credential.id,
      }),
    )
    expect(codeOf(await at.ask(unlock))).toBe('unauthenticated')
    must(await at.ask(unlock, [alice.authorise('change', unlock)]))
    must(await logIn(wallet, 'guarded'))
  })

  it('opens on a known device after strangers have spent their guesses', async () => {
    const { wallet } = await register('known device')
    const { device } = must(await logIn(wallet, 'known device'))
    for (let attempt = 0; attempt < 12; attempt += 1) await begin(wallet, 'x', {})
    expect(codeOf(await logIn(wallet, 'known device'))).toBe('locked')
    must(await logIn(wallet, 'known device', { device }))
    must(await logIn(wallet, 'known device'))
  })

  it('is asked in sealed sessions alone, and answered once', async () => {
    const { wallet } = await register('sealed')
    const begun = opaque.startLogin({ password: 'sealed' })
    const plain = {
      operation: 'password.login',
      ...header(wallet),
      person: 'alice',
      message: begun.startLoginRequest,
    }
    const { core } = mesh.node('eu-west')
    expect(codeOf(await send(core, plain, 'read', []))).toBe('unknown_session')
    const { session, finish } = await begin(wallet, 'sealed', {})
    const request = {
      operation: 'password.finish',
      ...header(wallet),
      message: finish()?.finishLoginRequest,
    }
    must(await session.ask(request))
    expect(codeOf(await session.ask(request))).toBe('unknown_session')
  })

  it('is not listed with a ticket key of others, or the setup of another', async () => {
    const { wallet, credential } = await register('first')
    const made = await make(wallet, 'second')
    const forged = { ...made, ticketKey: credential.ticketKey }
    expect(codeOf(await add(wallet, forged, 'second'))).toBe('invalid_field')
    const { setup, ticketKey } = credential
    expect(codeOf(await add(wallet, { ...made, setup, ticketKey }, 'second'))).toBe('invalid_field')
    must(await add(wallet, made, 'second'))
  })

  it('is not brought by guardians either with a ticket key of others', async () => {
    const recovery = { persons: [PersonId('alice')], quorum: 1, delayMs: 0 }
    const policy = { ...ownerPolicy, recovery }
    const { wallet, credential } = await register('before', { policy })
    const made = await make(wallet, 'after')
    const forged = { ...made, ticketKey: credential.ticketKey }
    expect(codeOf(await recover(wallet, forged, 'after'))).toBe('invalid_field')
    const { setup, ticketKey } = credential
    expect(codeOf(await recover(wallet, { ...made, setup, ticketKey }, 'after'))).toBe(
      'invalid_field',
    )
    expect(codeOf(await recover(wallet, made, 'another key'))).toBe('bad_proof')
    must(await recover(wallet, made, 'after'))
  })
})

describe('another password by the old one', () => {
  const changing = async (
    wallet: Wallet,
    { old, next, by }: { old: PasswordCredential; next: PasswordCredential; by: TestKey },
    silent = false,
  ) => {
    const request = {
      operation: 'password.change',
      ...header(wallet),
      base: { epoch: wallet.epoch, version: wallet.version },
      replaces: old.id,
      credential: next,
    }
    const enrol = passwordProof(mesh, next, 'new')
    const enrolling: TestKey = { ...alice, authorise: (_of, bytes) => enrol('enrol', bytes) }
    const signers = silent ? [by] : [by, enrolling]
    return send<WalletAnswer>(mesh.node('eu-west').core, request, 'change', signers)
  }

  it('ends the old one with its tickets at once, whatever the policy says', async () => {
    const [all] = ownerPolicy.rules
    const rules = [{ ...all!, operations: ['sign', 'wallet.show', 'credential.add'] }]
    const { wallet, credential: old } = await register('old', {
      policy: { ...ownerPolicy, rules },
    })
    const { ticket } = must(await logIn(wallet, 'old'))
    const by = signer(old, 'old', ticket)
    const next = await make(wallet, 'new')
    const answer = must(await changing(wallet, { old, next, by }))
    expect(answer.wallet.version).toBe(wallet.version + 1)
    expect(answer.wallet.credentials.map(({ id }) => id)).toEqual([alice.credential.id, next.id])
    expect(answer.exposure?.inForce).toContain('eu-west')
    const { core } = mesh.node('eu-west')
    expect(codeOf(await send(core, signRequest(mesh, wallet), 'sign', [by]))).toBe(
      'unauthenticated',
    )
    expect(codeOf(await logIn(wallet, 'old'))).toBe('wrong_password')
    const fresh = must(await logIn(wallet, 'new'))
    const key = signer(next, 'new', fresh.ticket)
    must(await send(core, signRequest(mesh, wallet), 'sign', [key]))
  })

  it('wants the proof of the old one right after a login, and of the new one', async () => {
    const { wallet, credential: old } = await register('old')
    const { ticket } = must(await logIn(wallet, 'old'))
    const by = signer(old, 'old', ticket)
    const next = await make(wallet, 'new')
    expect(codeOf(await changing(wallet, { old, next, by: alice }))).toBe('policy_denied')
    expect(codeOf(await changing(wallet, { old, next, by }, true))).toBe('unauthenticated')
    const forged = { ...next, ticketKey: old.ticketKey }
    expect(codeOf(await changing(wallet, { old, next: forged, by }))).toBe('invalid_field')
    mesh.advance(6 * 60_000)
    expect(codeOf(await changing(wallet, { old, next, by }))).toBe('login_required')
    const again = must(await logIn(wallet, 'old'))
    must(await changing(wallet, { old, next, by: signer(old, 'old', again.ticket) }))
  })

  it('gives no more than the old one had: the same person, scope and end', async () => {
    const { wallet, credential: old } = await register('old')
    const { ticket } = must(await logIn(wallet, 'old'))
    const by = signer(old, 'old', ticket)
    const next = await make(wallet, 'new')
    for (const other of [
      { person: PersonId('mallory') },
      { name: 'other' },
      { expiresAt: '2030-01-01T00:00:00Z' },
      { scope: { operations: ['sign' as const] } },
    ]) {
      const answer = await changing(wallet, { old, next: { ...next, ...other }, by })
      expect(codeOf(answer)).toBe('invalid_field')
    }
    const key = { ...old, id: alice.credential.id }
    expect(codeOf(await changing(wallet, { old: key, next, by }))).toBe('invalid_field')
  })
})

describe('a rule that wants two kinds of proof', () => {
  it('allows a person who gives both, and nobody who gives one', async () => {
    const [all] = ownerPolicy.rules
    const rules = [
      { ...all!, id: 'manage', operations: ['credential.add', 'wallet.show'] },
      { ...all!, id: 'both', operations: ['sign'], allKinds: ['api-key', 'password'] },
    ]
    const policy = { ...ownerPolicy, rules }
    const { wallet, credential } = await register('second factor', { policy })
    const { ticket } = must(await logIn(wallet, 'second factor'))
    const key = signer(credential, 'second factor', ticket)
    const { core } = mesh.node('eu-west')
    for (const one of [[alice], [key]]) {
      expect(codeOf(await send(core, signRequest(mesh, wallet), 'sign', one))).toBe('policy_denied')
    }
    must(await send(core, signRequest(mesh, wallet), 'sign', [alice, key]))
  })
})
