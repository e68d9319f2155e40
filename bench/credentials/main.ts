/**
 * `npm run bench:credentials`: CPU of one core in this process for what people prove themselves
 * with: `passkey.sign` and `password.login`; and how long a revoked key signs on elsewhere, on a
 * mesh of processes. Writes docs/credentials-cost.md.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import type { PasswordFinishAnswer, PasswordLoginAnswer } from '@holdfast/base/answers'
import { toBase64Url, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import { must, signRequest } from '@holdfast/enclave/testing/core-world'
import { sealedClient } from '@holdfast/enclave/testing/sealed-client'
import { softwarePasskey } from '@holdfast/enclave/testing/software-passkey'
import { expiresAt, testKey } from '@holdfast/enclave/testing/test-client'
import { createTestMesh } from '@holdfast/enclave/testing/test-mesh'
import {
  keyStretching,
  passwordProof,
  registerPassword,
} from '@holdfast/enclave/testing/test-password'
import { changeRequest, enrolWallet } from '@holdfast/enclave/testing/wallet-requests'
import { client as opaque, ready } from '@serenity-kit/opaque'
import { table } from '../table.ts'
import { measureRevocations } from './revocation.ts'

/** Half of them before the clock runs: a node signs for days, and is compiled by then. */
const signatures = 6000
const logins = 50

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
  const { wallet } = await enrolWallet(mesh, keys)
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
  const { wallet } = await enrolWallet(mesh, [alice])
  const head = () => ({ mesh: mesh.mesh, expiresAt: expiresAt(mesh), wallet: wallet.id })
  const session = await sealedClient(mesh, 'eu-west')
  const credential = await registerPassword(mesh, wallet, password)
  const change = { persons: [], credentials: [credential] }
  const add = utf8(JSON.stringify(changeRequest(mesh, wallet, 'credential.add', change)))
  const enrol = passwordProof(mesh, credential, password)('enrol', add)
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
const spread = (name: string, what: string, values: readonly number[]) => [
  name,
  what,
  Math.round(middle(values)),
  Math.round(Math.max(...values)),
]
const lines = [
  '# What credentials cost',
  '',
  'Written by `npm run bench:credentials`: CPU µs of one core in one process, with a store in memory.',
  'Target: a signature by a passkey below 250 µs on a quiet machine. Requests are plain JSON.',
  `Load of the machine then: ${loadavg()[0]?.toFixed(1)} on ${cpus().length} cores.`,
  '',
  table(
    ['name', 'what', 'µs'],
    rows.map(([name, what, micros]) => [name, what, Math.round(micros)]),
  ),
  '',
  '## A revocation',
  '',
  `${revoked.length} times on a mesh of three zones, while the revoked key signs at both others`,
  'without a pause: ms from asking to the answer, which comes when a majority has it, and to the',
  'last signature at any zone. A zone that was not reached signs as long as the answer says of it',
  "(`exposure.open`), at most the wallet's `staleAfterMs`.",
  '',
  table(
    ['name', 'what', 'median', 'most'],
    [
      spread('revoke.answer', 'until the answer, ms', answered),
      spread('revoke.last', 'until the last signature elsewhere, ms', last),
      spread('revoke.after', 'the last signature after it, ms', after),
      spread('revoke.open', 'zones that had not confirmed it when it was answered', open),
    ],
  ),
  '',
]
writeFileSync('docs/credentials-cost.md', lines.join('\n'))
