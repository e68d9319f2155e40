/**
 * Passwords by OPAQUE (RFC 9807): no node ever sees one, nor anything to try passwords against.
 * Each password hides a request key of its own; a login gives that key and a ticket for a while.
 */
import type { PasswordFinishAnswer } from '@holdfast/base/answers'
import { type Bytes, fromBase64Url, toBase64Url } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { CredentialId, PersonId, WalletId } from '@holdfast/base/ids'
import { encodePasswordProof } from '@holdfast/base/password-proof'
import type { Secret } from '@holdfast/base/secret'
import type { PasswordCredential } from '@holdfast/base/wallet'
import { client as opaque, ready } from '@serenity-kit/opaque'
import { idOf } from '../credential-id.ts'
import { type ApiKey, apiKeyFrom, generateApiKey } from '../credentials.ts'
import { hideRequestKey, openRequestKey } from './request-key.ts'
import { finishLogin, type PasswordRequests, startLogin, startRegistration } from './requests.ts'

/** A person who is logged in; disposing it erases the request key. */
export type Password = Disposable & {
  readonly kind: 'password'
  readonly id: CredentialId
  /** When requests by it end to be accepted, RFC 3339. */
  readonly expiresAt: string
  /** Marks this device: give it to the next login, and strangers cannot lock this device out. */
  readonly device: string
  /** What requests must name besides the signature of the request key, base64url. */
  readonly ticket: string
  /** Lends the request key, 32 bytes, for keeping it as long as the ticket is good. */
  readonly privateKey: Secret
  sign(challenge: Bytes): Bytes | Promise<Bytes>
}

export type PasswordOf = {
  readonly wallet: WalletId
  readonly person: PersonId
  readonly password: string
}

/** Argon2id, 64 MiB: what a browser's tab can spare. */
const keyStretching = 'memory-constrained'

type Ticketed = Pick<Password, 'id' | 'expiresAt' | 'device' | 'ticket'>

const signerOf = (key: ApiKey, ticketed: Ticketed): Password => {
  const ticket = fromBase64Url(ticketed.ticket)
  return {
    ...ticketed,
    kind: 'password',
    privateKey: key.privateKey,
    sign: async (challenge) => encodePasswordProof(ticket, await key.sign(challenge)),
    [Symbol.dispose]: () => key[Symbol.dispose](),
  }
}

/** The signer of a login that was kept; the caller gives the request key up. */
export const passwordFrom = (privateKey: Bytes, ticketed: Ticketed): Password => {
  const key = apiKeyFrom('ed25519', privateKey)
  return signerOf(key, ticketed)
}

/** A new password of a person, which no wallet lists yet, and the signer that enrols it. */
export const makePassword = async (
  { wallet, person, password }: PasswordOf,
  requests: PasswordRequests,
  listing: Pick<PasswordCredential, 'name' | 'expiresAt' | 'scope'> = {},
): Promise<{ readonly credential: PasswordCredential; readonly enrol: Password }> => {
  await ready
  const begun = opaque.startRegistration({ password })
  const { setup, message, ticketKey } = await requests.send(
    startRegistration(requests.header(), wallet, begun.registrationRequest),
  )
  const made = opaque.finishRegistration({
    password,
    clientRegistrationState: begun.clientRegistrationState,
    registrationResponse: message,
    keyStretching,
  })
  const key = generateApiKey('ed25519')
  const publicKey = toBase64Url(key.publicKey)
  const named = { kind: 'password', algorithm: 'ed25519', publicKey } as const
  const id = idOf(named)
  const envelope = key.privateKey.use((bytes) =>
    hideRequestKey(made.exportKey, key.publicKey, bytes),
  )
  const record = made.registrationRecord
  return {
    credential: { ...named, id, person, setup, record, envelope, ticketKey, ...listing },
    enrol: signerOf(key, { id, expiresAt: '', device: '', ticket: '' }),
  }
}

const opened = (answer: PasswordFinishAnswer, exportKey: string): Password => {
  const publicKey = fromBase64Url(answer.publicKey)
  const privateKey = openRequestKey(exportKey, publicKey, answer.envelope)
  const { credential: id, expiresAt, device, ticket } = answer
  return passwordFrom(privateKey, { id, expiresAt, device, ticket })
}

/**
 * Logs a person in. Fails with `wrong_password` for a wrong name as for a wrong password, and with
 * `locked` where too many guesses were made: another credential unlocks it.
 */
export const login = async (
  { wallet, person, password, device }: PasswordOf & { readonly device?: string },
  requests: PasswordRequests,
): Promise<Password> => {
  await ready
  const begun = opaque.startLogin({ password })
  const { message } = await requests.send(
    startLogin(requests.header(), { wallet, person, device }, begun.startLoginRequest),
  )
  const answered = opaque.finishLogin({
    password,
    clientLoginState: begun.clientLoginState,
    loginResponse: message,
    keyStretching,
  })
  if (answered === undefined) return fail('wrong_password', 'the name or the password is wrong')
  const finished = await requests.send(
    finishLogin(requests.header(), wallet, answered.finishLoginRequest),
  )
  return opened(finished, answered.exportKey)
}
