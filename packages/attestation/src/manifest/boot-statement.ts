/** Statements on boots: signed by the governors of the manifest in force, for a while. */

import {
  type BootStatement,
  bootStatementSchema,
  signedStatementSchema,
} from '@holdfast/base/boot-statement'
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { statementBytesMax } from '@holdfast/base/limits'
import { momentMs } from '@holdfast/base/moment'
import { parseJson } from '@holdfast/base/schema'
import { type GovernorSignature, isQuorum } from './signature.ts'
import type { VerifiedManifest } from './verify.ts'

/** The bytes that governors sign. */
export const encodeBootStatement = (statement: BootStatement): Bytes =>
  utf8(`${JSON.stringify(bootStatementSchema.parse(statement), null, 2)}\n`)

/** The signed file as JSON bytes. */
export const encodeSignedStatement = (
  bytes: Bytes,
  signatures: readonly GovernorSignature[],
): Bytes =>
  utf8(
    `${JSON.stringify({
      statement: toBase64Url(bytes),
      signatures: signatures.map(({ governor, signature }) => ({
        governor,
        signature: toBase64Url(signature),
      })),
    })}\n`,
  )

const parse = (untrusted: Bytes) => {
  // Base64 takes a third more, and signatures stand beside it.
  if (untrusted.length > 2 * statementBytesMax) fail('too_large', 'the statement is too long')
  const file = parseJson(signedStatementSchema, untrusted)
  const bytes = fromBase64Url(file.statement)
  return {
    bytes,
    statement: parseJson(bootStatementSchema, bytes),
    signatures: file.signatures.map(({ governor, signature }) => ({
      governor,
      signature: fromBase64Url(signature),
    })),
  }
}

/**
 * A signed statement, judged by the manifest in force. Refusals: `statement_malformed`,
 * `wrong_mesh`, `wrong_manifest` (another serial), `statement_signature`, `expired`.
 */
export const verifyBootStatement = (
  untrusted: Bytes,
  manifest: VerifiedManifest,
  nowMs: number,
): Result<BootStatement> => {
  const parsed = attempt(() => parse(untrusted))
  if (!parsed.ok) return { ok: false, refusal: { ...parsed.refusal, code: 'statement_malformed' } }
  const { bytes, statement, signatures } = parsed.value
  if (statement.mesh !== manifest.mesh) {
    return refuse('wrong_mesh', 'the statement is on boots of another mesh')
  }
  if (statement.serial !== manifest.manifest.serial) {
    return refuse('wrong_manifest', 'the statement is of another manifest', 'serial')
  }
  if (!isQuorum(manifest.manifest.governors, bytes, signatures, 'boots')) {
    return refuse('statement_signature', 'the governors did not sign it')
  }
  if (nowMs > momentMs(statement.expiresAt)) {
    return refuse('expired', `the statement expired at ${statement.expiresAt}`)
  }
  return accept(statement)
}
