/** Credentials of every kind that prove themselves, for the tests of this folder. */
import { type Authorisation, challengeInput, type Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { accept } from '@holdfast/base/errors'
import { AccountId, CredentialId, PersonId, WalletId } from '@holdfast/base/ids'
import { encodePasswordProof, encodeTicket, ticketMessage } from '@holdfast/base/password-proof'
import { parseTimestamp } from '@holdfast/base/time'
import type { Credential } from '@holdfast/base/wallet'
import { createCrypto } from '../../crypto/create-crypto.ts'
import { createEntropy } from '../../crypto/entropy.ts'
import { softwarePasskey } from '../../testing/software-passkey.ts'
import type { PasskeyCounters } from '../passkey/counters.ts'

/** The real one; it lives as long as the process of the tests. */
export const testCrypto = await createCrypto({ entropy: createEntropy() })

export const nowMs = parseTimestamp('2026-01-01T00:00:00.000Z')
export const wallet = WalletId(`wal_${'1'.repeat(44)}`)
export const account = AccountId(`acc_${'1'.repeat(32)}`)
export const bytes = utf8('the very bytes of a request')
export const digest = toHex(testCrypto.sha256(bytes))

const idOf = (name: string) => CredentialId.of(testCrypto.sha256(utf8(name)).subarray(0, 16))
export const secretOf = (name: string) => testCrypto.sha256(utf8(`secret of ${name}`))
export const challengeOf = (purpose: Purpose, of: Bytes = bytes) =>
  testCrypto.sha256(challengeInput(purpose, of))

type Algorithm = 'ed25519' | 'p256'
export const apiKey = (person: string, rest: object = {}, algorithm: Algorithm = 'ed25519') => {
  const privateKey = secretOf(person)
  const publicKey = toBase64Url(testCrypto[algorithm].publicKey(privateKey))
  const credential = {
    id: idOf(`${person} ${algorithm}`),
    person: PersonId(person),
    kind: 'api-key',
    algorithm,
    publicKey,
    ...rest,
  } as Extract<Credential, { kind: 'api-key' }>
  const prove = (purpose: Purpose, over: Bytes = bytes): Authorisation => ({
    credential: credential.id,
    purpose,
    signature: toBase64Url(
      testCrypto[algorithm].sign({ message: challengeOf(purpose, over), privateKey }),
    ),
  })
  return { credential, prove }
}

export const certificate = (person: string, rest: object = {}): Credential => ({
  id: idOf(`${person} certificate`),
  person: PersonId(person),
  kind: 'tls-certificate',
  keyHash: 'ab'.repeat(32),
  ...rest,
})

export type TicketFault = {
  readonly kind?: 'device'
  readonly of?: string
  readonly endsMs?: number
}
export const password = (person: string) => {
  const privateKey = secretOf(`${person} password`)
  const ticketKey = secretOf(`${person} ticket`)
  const credential = {
    id: idOf(`${person} password`),
    person: PersonId(person),
    kind: 'password',
    algorithm: 'ed25519',
    publicKey: toBase64Url(testCrypto.ed25519.publicKey(privateKey)),
    envelope: 'AA',
    setup: '0'.repeat(32),
    record: 'AA',
    ticketKey: toBase64Url(testCrypto.ed25519.publicKey(ticketKey)),
  } as Extract<Credential, { kind: 'password' }>
  const prove = (purpose: Purpose, fault: TicketFault = {}, signer = privateKey): Authorisation => {
    const ticket = {
      kind: fault.kind ?? 'login',
      credential: fault.of === undefined ? credential.id : idOf(fault.of),
      expiresAtMs: fault.endsMs ?? nowMs + 1,
    } as const
    const said = testCrypto.ed25519.sign({ message: ticketMessage(ticket), privateKey: ticketKey })
    const message = challengeOf(purpose)
    const signature = testCrypto.ed25519.sign({ message, privateKey: signer })
    return {
      credential: credential.id,
      purpose,
      signature: toBase64Url(encodePasswordProof(encodeTicket(ticket, said), signature)),
    }
  }
  return { credential, prove }
}

export const [alice, bob] = [apiKey('alice'), apiKey('bob', {}, 'p256')]
export const passkey = softwarePasskey({ person: 'carol' })
export const carol = {
  credential: passkey.credential,
  prove: (of: Purpose) => passkey.authorise(of, bytes),
}
export const dave = password('dave')
export const everybody: readonly Credential[] = [alice, bob, carol, dave].map(
  (one) => one.credential,
)

export const noted = () => {
  const notes: string[] = []
  const note: PasskeyCounters['note'] = (id) => {
    notes.push(id)
    return accept(undefined)
  }
  return { notes, note }
}
