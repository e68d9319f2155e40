/** The identity document and what binds it: report data, and signatures over clients' nonces. */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { type Identity, identitySchema } from '@holdfast/base/identity'
import { identityBytesMax } from '@holdfast/base/limits'
import { parseJson } from '@holdfast/base/schema'
import { sha512 } from '@noble/hashes/sha2.js'

/** The exact bytes of a document, made once a boot. */
export const encodeIdentity = (identity: Identity): Bytes =>
  utf8(JSON.stringify(identitySchema.parse(identity)))

/** SHA-512("holdfast identity v1" ‖ document): 64 bytes for the quote. */
export const reportDataOf = (identity: Bytes): Bytes =>
  sha512(concat(utf8('holdfast identity v1'), identity))

/** What the identity key signs for a client: "holdfast nonce v1" ‖ nonce. */
export const nonceMessage = (nonce: Bytes): Bytes => concat(utf8('holdfast nonce v1'), nonce)

export const nonceLength = 32

/** Parses the document; refuses with `identity_malformed`. */
export const parseIdentity = (untrusted: Bytes): Result<Identity> => {
  const parsed = attempt(() => {
    if (untrusted.length > identityBytesMax) fail('too_large', 'the identity is too long')
    return parseJson(identitySchema, untrusted)
  })
  if (parsed.ok) return parsed
  return { ok: false, refusal: { ...parsed.refusal, code: 'identity_malformed' } }
}
