/** Verifies AWS Nitro attestation documents under AWS's pinned root. */
import { type Bytes, equalBytes, toHex, utf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { p384 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'cborg'
import { checkChain } from '../x509/chain.ts'
import { awsProfile as profile } from '../x509/profiles.ts'
import { type NitroDocument, parseNitroDocument } from './document.ts'
import { nitroClockSkewMsMax } from './limits.ts'

/**
 * SHA-256 of the AWS Nitro Enclaves root certificate (DER), valid from 2019-10-28 to 2049-10-28, as
 * published in AWS's documentation ("Verifying the root of trust").
 */
export const awsNitroRoot = '641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b'

export type NitroInput = {
  readonly document: Bytes
  readonly nowMs: number
  /** Expected PCRs, hexadecimal; each must be there and equal. */
  readonly pcrs?: ReadonlyMap<number, string>
  readonly nonce?: Bytes
  /** How old the document may be; its certificate lives three hours in any case. */
  readonly maxAgeMs?: number
  /** SHA-256 of the root certificate; AWS's where absent. */
  readonly root?: string
}

export type NitroVerdict = {
  readonly platform: 'nitro'
  readonly document: NitroDocument
  readonly collateralExpiresAtMs: number
}

const verifySignature = (document: NitroDocument, point: Bytes): boolean => {
  // Sig_structure of RFC 9052 §4.4, without external data.
  const { protectedHeader, payload, signature } = document
  const signed = encode(['Signature1', protectedHeader, utf8(''), payload])
  try {
    return p384.verify(signature, signed, point, { lowS: false })
  } catch {
    return false
  }
}

const isZero = (hex: string | undefined): boolean => hex !== undefined && /^0*$/.test(hex)

const checkContent = (document: NitroDocument, input: NitroInput): void => {
  const { pcrs, timestampMs, nonce } = document
  // An enclave in debug mode measures nothing: PCR0 to PCR2 are zero.
  if (pcrs.get(0) === undefined || [0, 1, 2].some((index) => isZero(pcrs.get(index)))) {
    fail('debug_enclave', 'the enclave runs in debug mode', 'PCR0')
  }
  for (const [index, expected] of input.pcrs ?? []) {
    if (pcrs.get(index) !== expected) {
      fail('wrong_measurement', 'a PCR is not the one expected', `PCR${index}`)
    }
  }
  if (timestampMs > input.nowMs + nitroClockSkewMsMax) {
    fail('collateral_not_yet_valid', 'the document is of later', 'timestamp')
  }
  if (input.maxAgeMs !== undefined && input.nowMs - timestampMs > input.maxAgeMs) {
    fail('collateral_expired', 'the document is too old', 'timestamp')
  }
  if (input.nonce !== undefined && (nonce === undefined || !equalBytes(nonce, input.nonce))) {
    fail('wrong_nonce', 'the document is for another nonce', 'nonce')
  }
}

const verify = (input: NitroInput): NitroVerdict => {
  const { nowMs, root = awsNitroRoot } = input
  const document = parseNitroDocument(input.document)
  const isRoot = (der: Bytes): boolean => toHex(sha256(der)) === root
  const chain = checkChain([document.certificate, ...document.caBundle.toReversed()], {
    isRoot,
    profile,
    nowMs,
    what: 'certificate chain',
  })
  const [leaf] = chain
  if (leaf === undefined || !verifySignature(document, leaf.publicKey)) {
    return fail('quote_signature', 'the signature of the document does not verify')
  }
  checkContent(document, input)
  return {
    platform: 'nitro',
    document,
    collateralExpiresAtMs: Math.min(...chain.map((certificate) => certificate.notAfterMs)),
  }
}

/**
 * Verifies a document at `nowMs`; synchronous. Refusals: `quote_*`, `chain_*`, `unknown_root`,
 * `collateral_expired`, `collateral_not_yet_valid`, `debug_enclave`, `wrong_measurement`,
 * `wrong_nonce`.
 */
export const verifyNitro = (input: NitroInput): Result<NitroVerdict> => attempt(() => verify(input))
