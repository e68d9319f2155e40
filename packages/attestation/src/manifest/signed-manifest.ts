/** The file of a signed manifest: parsed, but not judged. */
import { type Bytes, fromBase64Url, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'
import { manifestBytesMax } from '@holdfast/base/limits'
import { type Manifest, manifestSchema, signedManifestSchema } from '@holdfast/base/manifest'
import { parseJson } from '@holdfast/base/schema'
import { sha256 } from '@noble/hashes/sha2.js'
import { type GovernorSignature, signaturesFromText, signaturesToText } from './signature.ts'

/** Nothing in it is trusted before `verifyGenesis` or `verifySuccessor` has returned it. */
export type UntrustedManifest = {
  readonly bytes: Bytes
  /** SHA-256 of the bytes, hexadecimal. */
  readonly hash: string
  readonly manifest: Manifest
  readonly signatures: readonly GovernorSignature[]
}

/** The signed file takes base64 and signatures beside the manifest itself. */
const fileBytesMax = 2 * manifestBytesMax

const parse = (untrusted: Bytes): UntrustedManifest => {
  if (untrusted.length > fileBytesMax) fail('too_large', 'the manifest is too long')
  const file = parseJson(signedManifestSchema, untrusted)
  const bytes = fromBase64Url(file.manifest)
  return {
    bytes,
    hash: toHex(sha256(bytes)),
    manifest: parseJson(manifestSchema, bytes),
    signatures: signaturesFromText(file.signatures),
  }
}

/** Parses a signed file; refuses with `manifest_malformed` and the field that is wrong. */
export const parseSignedManifest = (untrusted: Bytes): Result<UntrustedManifest> => {
  const parsed = attempt(() => parse(untrusted))
  if (parsed.ok) return parsed
  return { ok: false, refusal: { ...parsed.refusal, code: 'manifest_malformed' } }
}

/** The bytes that governors sign. Write them once: what is signed is these, not their meaning. */
export const encodeManifest = (manifest: Manifest): Bytes =>
  utf8(`${JSON.stringify(manifestSchema.parse(manifest), null, 2)}\n`)

/** The signed file as JSON bytes. */
export const encodeSignedManifest = (
  bytes: Bytes,
  signatures: readonly GovernorSignature[],
): Bytes =>
  utf8(
    `${JSON.stringify({
      manifest: toBase64Url(bytes),
      signatures: signaturesToText(signatures),
    })}\n`,
  )
