/** Statements that governors sign for a while: what all kinds of them have in common. */
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import type { MeshId } from '@holdfast/base/ids'
import { statementBytesMax } from '@holdfast/base/limits'
import { momentMs } from '@holdfast/base/moment'
import { parseJson } from '@holdfast/base/schema'
import { signedStatementSchema } from '@holdfast/base/signed-statement'
import type { z } from 'zod'
import {
  type GovernorSignature,
  isQuorum,
  type SignedKind,
  signaturesFromText,
  signaturesToText,
} from './signature.ts'
import type { VerifiedManifest } from './verify.ts'

type Statement = {
  readonly mesh: MeshId
  readonly serial: number
  readonly expiresAt: string
}

/** Of this mesh and manifest, but by whom is not judged. */
type UntrustedStatement<Content extends Statement> = {
  readonly bytes: Bytes
  readonly statement: Content
  readonly signatures: readonly GovernorSignature[]
}

/** The bytes that governors sign. */
export const encodeStatement = <Content>(schema: z.ZodType<Content>, statement: Content): Bytes =>
  utf8(`${JSON.stringify(schema.parse(statement), null, 2)}\n`)

/** The signed file as JSON bytes. */
export const encodeSignedStatement = (
  bytes: Bytes,
  signatures: readonly GovernorSignature[],
): Bytes =>
  utf8(
    `${JSON.stringify({
      statement: toBase64Url(bytes),
      signatures: signaturesToText(signatures),
    })}\n`,
  )

const parse = <Content extends Statement>(schema: z.ZodType<Content>, untrusted: Bytes) => {
  // Base64 takes a third more, and signatures stand beside it.
  if (untrusted.length > 2 * statementBytesMax) fail('too_large', 'the statement is too long')
  const file = parseJson(signedStatementSchema, untrusted)
  const bytes = fromBase64Url(file.statement)
  const signatures = signaturesFromText(file.signatures)
  return { bytes, signatures, statement: parseJson(schema, bytes) }
}

/** Refuses with `statement_malformed`, `wrong_mesh` and `wrong_manifest` (another serial). */
export const readStatement = <Content extends Statement>(
  schema: z.ZodType<Content>,
  untrusted: Bytes,
  { mesh, manifest }: VerifiedManifest,
): Result<UntrustedStatement<Content>> => {
  const parsed = attempt(() => parse(schema, untrusted))
  if (!parsed.ok) return { ok: false, refusal: { ...parsed.refusal, code: 'statement_malformed' } }
  const { statement } = parsed.value
  if (statement.mesh !== mesh) return refuse('wrong_mesh', 'the statement is on another mesh')
  if (statement.serial !== manifest.serial) {
    return refuse('wrong_manifest', 'the statement is of another manifest', 'serial')
  }
  return parsed
}

/** Refuses with `statement_signature` and `expired`. */
export const judgeStatement = <Content extends Statement>(
  { bytes, statement, signatures }: UntrustedStatement<Content>,
  kind: SignedKind,
  { manifest }: VerifiedManifest,
  nowMs: number,
): Result<Content> => {
  if (!isQuorum(manifest.governors, bytes, signatures, kind)) {
    return refuse('statement_signature', 'the governors did not sign it')
  }
  if (nowMs > momentMs(statement.expiresAt)) {
    return refuse('expired', `the statement expired at ${statement.expiresAt}`)
  }
  return accept(statement)
}
