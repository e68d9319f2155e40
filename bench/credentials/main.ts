/**
 * `npm run bench:credentials`: CPU of one core in this process for what people prove themselves
 * with: `passkey.sign` and `password.login`; and how long a revoked key signs on elsewhere, on a
 * mesh of processes. Writes docs/credentials-cost.md.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import type {
  PasswordFinishAnswer,
  PasswordLoginAnswer,
  PasswordRegisterAnswer,
  WalletAnswer,
} from '@holdfast/base/answers'
import { challengeInput } from '@holdfast/base/authorisation'
import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import { credentialIdInput } from '@holdfast/base/credential-id'
import { CredentialId, PersonId } from '@holdfast/base/ids'
import { encodePasswordProof } from '@holdfast/base/password-proof'
import { must, signRequest } from '@holdfast/enclave/testing/core-world'
import { sealedClient } from '@holdfast/enclave/testing/sealed-client'
import { softwarePasskey } from '@holdfast/enclave/testing/software-passkey'
import { createRequest, expiresAt, send, testKey } from '@holdfast/enclave/testing/test-client'
import { createTestMesh } from '@holdfast/enclave/testing/test-mesh'
import { client as opaque, ready } from '@serenity-kit/opaque'
import { measureRevocations } from './revocation.ts'

const signatures = 1000
const logins = 50
const keyStretching = { 'argon2id-custom': { iterations: 1, memory: 8, parallelism: 1 } } as const

/** CPU of this process while `action` runs, in µs. */
const cpuOf = async <Value>(action: () => Promise<Value>): Promise<[Value, number]> => {
  const before = process.cpuUsage()
  const value = await action()
  const { user, system } = process.cpuUsage(before)
  return [value, user + system]
}

const mesh = await createTestMesh({ zones: ['eu-west'] })
const { core } = mesh.node('eu-west')

/** Plain JSON in, JSON out: parsing, the proof, policy, the signature and its verification. */
const signing = async (keys: readonly ReturnType<typeof testKey>[]): Promise<number> => {
  const { wallet } = must(await send<WalletAnswer>(core, createRequest(mesh, keys), 'enrol', keys))
  const envelopes = Array.from({ length: signatures }, (_, index) => {
    const request = { ...signRequest(mesh, wallet), expiresAt: expiresAt(mesh, 200_000 + index) }
    const bytes = utf8(JSON.stringify(request))
    const authorisations = keys.map((key) => key.authorise('sign', bytes))
    return utf8(JSON.stringify({ request: toBase64Url(bytes), authorisations }))
  })
  const run = async (some: typeof envelopes): Promise<void> => {
    for (const envelope of some) {
      const answer = await core.handle(envelope)
      if (!answer.ok) throw new Error(answer.refusal.code)
    }
  }
  await run(envelopes.slice(0, signatures / 2))
  const measured = envelopes.slice(signatures / 2)
  const [, micros] = await cpuOf(() => run(measured))
  return micros / measured.length
}

const person = PersonId('alice')
const password = 'correct horse'

/** A wallet whose person has a password, and a session to log in by. */
const withPassword = async () => {
  await ready
  const alice = testKey(mesh, 'alice')
  const { wallet } = must(
    await send<WalletAnswer>(core, createRequest(mesh, [alice]), 'enrol', [alice]),
  )
  const head = () => ({ mesh: mesh.mesh, expiresAt: expiresAt(mesh), wallet: wallet.id })
  const session = await sealedClient(mesh, 'eu-west')
  const begun = opaque.startRegistration({ password })
  const operation = 'password.register'
  const { setup, message, ticketKey } = must(
    await session.ask<PasswordRegisterAnswer>({
      operation,
      ...head(),
      message: begun.registrationRequest,
    }),
  )
  const { registrationRecord: record } = opaque.finishRegistration({
    password,
    clientRegistrationState: begun.clientRegistrationState,
    registrationResponse: message,
    keyStretching,
  })
  const privateKey = mesh.crypto.sha256(utf8('a request key, worth nothing'))
  const publicKey = toBase64Url(mesh.crypto.ed25519.publicKey(privateKey))
  const named = { kind: 'password', algorithm: 'ed25519', publicKey } as const
  const id = CredentialId.of(mesh.crypto.sha256(credentialIdInput(named)).subarray(0, 16))
  const credential = { ...named, id, person, setup, record, ticketKey, envelope: 'AAAA' }
  const add = utf8(
    JSON.stringify({
      operation: 'credential.add',
      ...head(),
      base: { epoch: 1, version: 1 },
      persons: [],
      credentials: [credential],
    }),
  )
  const signature = mesh.crypto.ed25519.sign({
    message: mesh.crypto.sha256(challengeInput('enrol', add)),
    privateKey,
  })
  const proof = toBase64Url(encodePasswordProof(new Uint8Array(), signature))
  const enrol = { credential: id, purpose: 'enrol', signature: proof } as const
  must(await session.ask(add, [alice.authorise('change', add), enrol]))
  return { session, head }
}

/** Both messages of a login, without what the client computes. */
const loggingIn = async (): Promise<number> => {
  const { session, head } = await withPassword()
  let micros = 0
  for (let round = -5; round < logins; round += 1) {
    const login = opaque.startLogin({ password })
    const [answer, first] = await cpuOf(() =>
      session.ask<PasswordLoginAnswer>({
        operation: 'password.login',
        ...head(),
        person,
        message: login.startLoginRequest,
      }),
    )
    const finished = opaque.finishLogin({
      password,
      clientLoginState: login.clientLoginState,
      loginResponse: must(answer).message,
      keyStretching,
    })
    const [last, second] = await cpuOf(() =>
      session.ask<PasswordFinishAnswer>({
        operation: 'password.finish',
        ...head(),
        message: finished?.finishLoginRequest,
      }),
    )
    must(last)
    if (round >= 0) micros += first + second
  }
  return micros / logins
}

const rows = [
  ['passkey.sign', 'a signature by a passkey (P-256)', await signing([softwarePasskey()])],
  ['key.sign', 'the same by an API key', await signing([testKey(mesh, 'bob')])],
  ['password.login', 'both messages of a login, in a sealed session', await loggingIn()],
] as const
await mesh.stop()
const revoked = await measureRevocations()
const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
const answered = revoked.map(({ answerMs }) => answerMs)
const after = revoked.map(({ afterMs }) => afterMs)
const last = revoked.map(({ lastMs }) => lastMs)
const open = revoked.map((one) => one.open)
const spread = (name: string, what: string, values: readonly number[]): string =>
  `| ${name} | ${what} | ${Math.round(middle(values))} | ${Math.round(Math.max(...values))} |`
const lines = [
  '# What credentials cost',
  '',
  'Written by `npm run bench:credentials`: CPU µs of one core in one process, with a store in memory.',
  'Target: a signature by a passkey below 250 µs on a quiet machine. Requests are plain JSON.',
  `Load of the machine then: ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores.`,
  '',
  '| name | what | µs |',
  '|---|---|---|',
  ...rows.map(([name, what, micros]) => `| ${name} | ${what} | ${Math.round(micros)} |`),
  '',
  '## A revocation',
  '',
  `${revoked.length} times on a mesh of three zones, while the revoked key signs at both others`,
  'without a pause: ms from asking to the answer, which comes when a majority has it, and to the',
  'last signature at any zone. A zone that was not reached signs as long as the answer says of it',
  "(`exposure.open`), at most the wallet's `staleAfterMs`.",
  '',
  '| name | what | median | most |',
  '|---|---|---|---|',
  spread('revoke.answer', 'until the answer, ms', answered),
  spread('revoke.last', 'until the last signature elsewhere, ms', last),
  spread('revoke.after', 'the last signature after it, ms', after),
  spread('revoke.open', 'zones that had not confirmed it when it was answered', open),
  '',
]
writeFileSync('docs/credentials-cost.md', lines.join('\n'))
