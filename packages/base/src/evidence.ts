/** Evidence on the wire: a node's identity, the quote over it, the quote's collateral. */
import { z } from 'zod'
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from './bytes.ts'
import { type Collateral, collateralSchema } from './collateral.ts'
import { encodedBytes, encodedBytesUpTo } from './encoded.ts'
import { fail } from './errors.ts'
import { evidenceBytesMax, identityBytesMax, quoteBytesMax } from './limits.ts'
import { parseJson } from './schema.ts'

export const evidenceSchema = z.strictObject({
  format: z.literal('holdfast evidence v1'),
  /** The exact bytes of the identity document. */
  identity: encodedBytesUpTo(identityBytesMax),
  quote: encodedBytesUpTo(quoteBytesMax),
  collateral: collateralSchema,
  /** Ed25519 of the identity key over "holdfast nonce v1" ‖ the client's nonce. */
  nonceSignature: encodedBytes(64).exactOptional(),
})

/** The same, decoded; nothing in it is trusted before it was verified. */
export type Evidence = {
  readonly identity: Bytes
  readonly quote: Bytes
  readonly collateral: Collateral
  readonly nonceSignature?: Bytes
}

/** Evidence as JSON bytes. */
export const encodeEvidence = (evidence: Evidence): Bytes =>
  utf8(
    JSON.stringify({
      format: 'holdfast evidence v1',
      identity: toBase64Url(evidence.identity),
      quote: toBase64Url(evidence.quote),
      collateral: evidence.collateral,
      ...(evidence.nonceSignature === undefined
        ? {}
        : { nonceSignature: toBase64Url(evidence.nonceSignature) }),
    } satisfies z.infer<typeof evidenceSchema>),
  )

/** Parses evidence; fails with `too_large`, `malformed` or `invalid_field`. */
export const parseEvidence = (untrusted: Bytes): Evidence => {
  if (untrusted.length > evidenceBytesMax) fail('too_large', 'the evidence is too long')
  const { identity, quote, collateral, nonceSignature } = parseJson(evidenceSchema, untrusted)
  return {
    identity: fromBase64Url(identity),
    quote: fromBase64Url(quote),
    collateral,
    ...(nonceSignature === undefined ? {} : { nonceSignature: fromBase64Url(nonceSignature) }),
  }
}
