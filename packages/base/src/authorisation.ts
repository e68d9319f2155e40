/** A credential's proof over the exact bytes of a request, for one purpose (DESIGN §6). */
import { z } from 'zod'
import { type Bytes, concat, utf8 } from './bytes.ts'
import { base64url, credentialId } from './schema.ts'

export const purposes = [
  'sign',
  'change',
  'approve',
  'reject',
  'read',
  'enrol',
  'session',
  'dry-run',
] as const
export const purpose = z.enum(purposes)
export type Purpose = z.infer<typeof purpose>

export const authorisation = z.strictObject({
  credential: credentialId,
  purpose,
  /**
   * By the kind of the credential. API key: Ed25519, 64 bytes (RFC 8032), or P-256, r ‖ s, 64
   * bytes, over SHA-256 of the challenge. Passkey: passkey-proof.ts. Password: password-proof.ts.
   */
  signature: base64url,
})
export type Authorisation = z.infer<typeof authorisation>

/** What is hashed with SHA-256 to give the challenge: context ‖ 0 ‖ purpose ‖ 0 ‖ bytes. */
export const challengeInput = (purposeOf: Purpose, request: Bytes): Bytes =>
  concat(utf8(`holdfast request v1\0${purposeOf}\0`), request)

/** What travels: the exact bytes and the proofs over them. */
export type Envelope = {
  readonly request: Bytes
  readonly authorisations: readonly Authorisation[]
}
