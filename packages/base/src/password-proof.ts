/** A password's proof on the wire: the ticket of a login, and the request key's signature. */
import { z } from 'zod'
import { type Bytes, concat, fromBase64Url, utf8 } from './bytes.ts'
import { parseCbor, toCbor } from './cbor.ts'
import { fail } from './errors.ts'
import type { CredentialId } from './ids.ts'
import { bytes, credentialId } from './schema.ts'

/** `login`: requests must name it. `device`: marks a device that has logged in once. */
export type TicketKind = 'login' | 'device'

const ticketShape = z.tuple([
  z.enum(['login', 'device']),
  credentialId,
  /** Milliseconds since 1970. */
  z.int().min(0),
  bytes,
])

export type Ticket = {
  readonly kind: TicketKind
  readonly credential: CredentialId
  readonly expiresAtMs: number
}

/** What the ticket key of the credential signs (Ed25519). */
export const ticketMessage = ({ kind, credential, expiresAtMs }: Ticket): Bytes =>
  utf8(`holdfast password ticket v1\0${kind}\0${credential}\0${expiresAtMs}`)

export const encodeTicket = (ticket: Ticket, signature: Bytes): Bytes =>
  toCbor([ticket.kind, ticket.credential, ticket.expiresAtMs, signature])

/** Throws `malformed` or `invalid_field`. */
export const parseTicket = (untrusted: Bytes): Ticket & { readonly signature: Bytes } => {
  const [kind, credential, expiresAtMs, signature] = parseCbor(ticketShape, untrusted)
  return { kind, credential, expiresAtMs, signature }
}

const proofShape = z.tuple([bytes, bytes])

/** CBOR array `[ticket, signature]`; the signature is Ed25519 over the challenge. */
export const encodePasswordProof = (ticket: Bytes, signature: Bytes): Bytes =>
  toCbor([ticket, signature])

/** Throws `malformed` or `invalid_field`. */
export const parsePasswordProof = (
  untrusted: string,
): { readonly ticket: Bytes; readonly signature: Bytes } => {
  let decoded: Bytes
  try {
    decoded = fromBase64Url(untrusted)
  } catch {
    return fail('malformed', 'not base64url')
  }
  const [ticket, signature] = parseCbor(proofShape, decoded)
  return { ticket, signature }
}

/** Bound to the key that it hides: associated data of `PasswordCredential.envelope`. */
export const envelopeContext = (publicKey: Bytes): Bytes =>
  concat(utf8('holdfast password envelope v1\0'), publicKey)
