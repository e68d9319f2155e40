/** What a passkey's proof is on the wire: the three parts of a WebAuthn assertion, as they came. */
import { z } from 'zod'
import { type Bytes, fromBase64Url, toBase64Url } from './bytes.ts'
import { parseCbor, toCbor } from './cbor.ts'
import { fail } from './errors.ts'
import { passkeyProofBytesMax } from './limits.ts'
import { bytes } from './schema.ts'

export type PasskeyProof = {
  readonly authenticatorData: Bytes
  /** JSON in UTF-8, as the browser wrote it: its hash is signed. */
  readonly clientData: Bytes
  /** ECDSA: DER (WebAuthn §6.5.5); Ed25519: 64 bytes; RSA: as long as its modulus. */
  readonly signature: Bytes
}

const shape = z.tuple([bytes, bytes, bytes])

/** Base64url of the CBOR array `[authenticatorData, clientDataJSON, signature]`. */
export const encodePasskeyProof = (proof: PasskeyProof): string =>
  toBase64Url(toCbor([proof.authenticatorData, proof.clientData, proof.signature]))

/** Throws `malformed`, `invalid_field` or `too_large`. */
export const parsePasskeyProof = (untrusted: string): PasskeyProof => {
  if (untrusted.length > Math.ceil(passkeyProofBytesMax / 3) * 4) {
    fail('too_large', 'a proof of a passkey has at most 4 KiB')
  }
  let decoded: Bytes
  try {
    decoded = fromBase64Url(untrusted)
  } catch {
    return fail('malformed', 'not base64url')
  }
  const [authenticatorData, clientData, signature] = parseCbor(shape, decoded)
  return { authenticatorData, clientData, signature }
}
