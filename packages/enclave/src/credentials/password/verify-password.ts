/** A password's proof over a request: a ticket of a login, and the person's own request key. */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import {
  parsePasswordProof,
  parseTicket,
  type TicketKind,
  ticketMessage,
} from '@holdfast/base/password-proof'
import { bytesOf } from '@holdfast/base/schema'
import type { PasswordCredential } from '@holdfast/base/wallet'
import type { Crypto } from '../../ports/crypto.ts'

const verifies = (
  crypto: Crypto,
  publicKeyText: string,
  message: Bytes,
  signature: Bytes,
): boolean => {
  const publicKey = attempt(() => bytesOf(publicKeyText, 'base64url'))
  if (!publicKey.ok || publicKey.value.length !== 32 || signature.length !== 64) return false
  return crypto.ed25519.verify({ message, signature, publicKey: publicKey.value })
}

/** Whether the wallet's enclaves gave this ticket for this credential, not too long ago. */
export const isTicket = (
  crypto: Crypto,
  credential: PasswordCredential,
  kind: TicketKind,
  untrusted: Bytes,
  nowMs: number,
): boolean => {
  const ticket = attempt(() => parseTicket(untrusted))
  if (!ticket.ok) return false
  const { signature, ...said } = ticket.value
  return (
    said.kind === kind &&
    said.credential === credential.id &&
    said.expiresAtMs > nowMs &&
    verifies(crypto, credential.ticketKey, ticketMessage(said), signature)
  )
}

/** Refusals: `login_required`, `bad_proof`. */
export const verifyPassword = (
  crypto: Crypto,
  credential: PasswordCredential,
  challenge: Bytes,
  untrustedProof: string,
  /** Absent: no login is needed. */
  nowMs: number | undefined,
): Result<void> => {
  const proof = attempt(() => parsePasswordProof(untrustedProof))
  if (!proof.ok) return refuse('bad_proof', 'the proof of a password cannot be read', credential.id)
  const { ticket, signature } = proof.value
  if (nowMs !== undefined && !isTicket(crypto, credential, 'login', ticket, nowMs)) {
    return refuse('login_required', 'the proof names no login that is still good', credential.id)
  }
  return verifies(crypto, credential.publicKey, challenge, signature)
    ? accept(undefined)
    : refuse('bad_proof', 'the signature of the request key does not verify', credential.id)
}
