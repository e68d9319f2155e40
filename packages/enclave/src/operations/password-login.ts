/** `password.login` and `password.finish`: a guess, counted durably before it is answered. */
import type { PasswordFinishAnswer, PasswordLoginAnswer } from '@holdfast/base/answers'
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, PersonId } from '@holdfast/base/ids'
import { encodeTicket, type Ticket, ticketMessage } from '@holdfast/base/password-proof'
import { bytesOf } from '@holdfast/base/schema'
import { formatTimestamp } from '@holdfast/base/time'
import type { PasswordCredential } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { deviceGuesses, unknownGuesses } from '../credentials/password/guess-names.ts'
import { passwordSecrets } from '../credentials/password/secrets.ts'
import { isTicket } from '../credentials/password/verify-password.ts'
import { isExpired } from '../credentials/verify-proofs.ts'
import {
  deviceGuessesMax,
  deviceTicketLifetimeMs,
  loginTicketLifetimeMs,
  strangerGuessesMax,
} from '../limits.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

/** The newest password of a person that has not expired. */
const passwordOf = (
  entry: WalletEntry,
  person: PersonId,
  nowMs: number,
): PasswordCredential | undefined =>
  entry.wallet.credentials.findLast(
    (one): one is PasswordCredential =>
      one.kind === 'password' && one.person === person && !isExpired(one, nowMs),
  )

type Guess = { readonly credential: CredentialId; readonly limit: number }

const strangers = (credential: CredentialId): Guess => ({ credential, limit: strangerGuessesMax })

const devices = (context: CoreContext, credential: CredentialId): Guess => ({
  credential: deviceGuesses(context.crypto, credential),
  limit: deviceGuessesMax,
})

const guessOf = (
  context: CoreContext,
  { request }: Call<'password.login'>,
  credential: PasswordCredential | undefined,
): Guess => {
  if (credential === undefined) return strangers(unknownGuesses(context.crypto, request.person))
  const ticket = attempt(() => bytesOf(request.device ?? '', 'base64url'))
  const nowMs = context.clock.nowMs()
  const known = ticket.ok && isTicket(context.crypto, credential, 'device', ticket.value, nowMs)
  return known ? devices(context, credential.id) : strangers(credential.id)
}

/**
 * Unknown persons are answered from setups of their own, at the same cost and in the same form.
 * Refusals: `unknown_session`, `not_here`, `unsupported`, `malformed`, `locked`, `not_counted`.
 */
export const passwordLogin: Run<'password.login'> = async (context, call) => {
  const { session, request } = call
  if (session === undefined) {
    return refuse('unknown_session', 'this request belongs into a sealed session')
  }
  const entry = await context.wallets.read(request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const credential = passwordOf(entry, request.person, context.clock.nowMs())
  const name = credential?.setup ?? `nobody ${request.person}`
  const secrets = await passwordSecrets(context, entry, name)
  if (!secrets.ok) return secrets
  secrets.value.ticketSeed.fill(0)
  const counted = await context.counters.guess(entry, guessOf(context, call, credential))
  if (!counted.ok) return refuse(counted.refusal.code, counted.refusal.detail)
  const started = context.crypto.opaque.start({
    setup: secrets.value.setup,
    user: name,
    record: credential?.record,
    request: request.message,
  })
  if (started === undefined) return refuse('malformed', 'not a message of OPAQUE')
  session.login = {
    wallet: request.wallet,
    ...(credential === undefined ? {} : { credential: credential.id }),
    state: started.state,
  }
  const answer: PasswordLoginAnswer = { message: started.response, node: context.self }
  return accept(answer)
}

const issue = (context: CoreContext, seed: Bytes, ticket: Ticket): string => {
  const signature = context.crypto.ed25519.sign({
    message: ticketMessage(ticket),
    privateKey: seed,
  })
  return toBase64Url(encodeTicket(ticket, signature))
}

const ticketsOf = async (
  context: CoreContext,
  entry: WalletEntry,
  { id: credential, setup }: PasswordCredential,
): Promise<Result<Pick<PasswordFinishAnswer, 'ticket' | 'device' | 'expiresAt'>>> => {
  const secrets = await passwordSecrets(context, entry, setup)
  if (!secrets.ok) return secrets
  const { ticketSeed } = secrets.value
  const nowMs = context.clock.nowMs()
  const loginEndsMs = nowMs + loginTicketLifetimeMs
  const deviceEndsMs = nowMs + deviceTicketLifetimeMs
  const ticket = issue(context, ticketSeed, { kind: 'login', credential, expiresAtMs: loginEndsMs })
  const device = issue(context, ticketSeed, {
    kind: 'device',
    credential,
    expiresAtMs: deviceEndsMs,
  })
  ticketSeed.fill(0)
  return accept({ ticket, device, expiresAt: formatTimestamp(loginEndsMs) })
}

/** All guesses are there again. Refuses `not_counted`. */
export const forgetGuesses = async (
  context: CoreContext,
  entry: WalletEntry,
  credential: CredentialId,
): Promise<Result<void>> => {
  const ofStrangers = await context.counters.succeeded(entry, strangers(credential))
  if (!ofStrangers.ok) return ofStrangers
  return context.counters.succeeded(entry, devices(context, credential))
}

/** Refusals: `unknown_session`, `not_here`, `wrong_password`, `not_counted`. */
export const passwordFinish: Run<'password.finish'> = async (context, call) => {
  const { session, request } = call
  const login = session?.login
  if (session === undefined || login === undefined || login.wallet !== request.wallet) {
    return refuse('unknown_session', 'no login was begun in this session')
  }
  // Once: a second answer to one question would be a second guess.
  delete session.login
  const entry = await context.wallets.read(request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const right = context.crypto.opaque.finish({ state: login.state, request: request.message })
  const credential =
    login.credential === undefined ? undefined : entry.credentials.get(login.credential)
  if (!right || credential?.kind !== 'password') {
    return refuse('wrong_password', 'the name or the password is wrong')
  }
  const forgotten = await forgetGuesses(context, entry, credential.id)
  if (!forgotten.ok) return forgotten
  const tickets = await ticketsOf(context, entry, credential)
  if (!tickets.ok) return tickets
  const { publicKey, envelope } = credential
  const key = { credential: credential.id, publicKey, envelope }
  const answer: PasswordFinishAnswer = { ...key, ...tickets.value, node: context.self }
  return accept(answer)
}
