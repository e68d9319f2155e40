/** Statements on homes: signed by the governors of the manifest in force, for a while. */
import { signedStatementSchema } from '@holdfast/base/boot-statement'
import { type Bytes, fromBase64Url, utf8 } from '@holdfast/base/bytes'
import { accept, attempt, fail, type Result, refuse } from '@holdfast/base/errors'
import { type HomeStatement, homeStatementSchema } from '@holdfast/base/home-statement'
import { statementBytesMax } from '@holdfast/base/limits'
import { momentMs } from '@holdfast/base/moment'
import { parseJson } from '@holdfast/base/schema'
import { isQuorum } from './signature.ts'
import type { VerifiedManifest } from './verify.ts'

/** The bytes that governors sign. */
export const encodeHomeStatement = (statement: HomeStatement): Bytes =>
  utf8(`${JSON.stringify(homeStatementSchema.parse(statement), null, 2)}\n`)

const parse = (untrusted: Bytes) => {
  // Base64 takes a third more, and signatures stand beside it.
  if (untrusted.length > 2 * statementBytesMax) fail('too_large', 'the statement is too long')
  const file = parseJson(signedStatementSchema, untrusted)
  const bytes = fromBase64Url(file.statement)
  const signatures = file.signatures.map(({ governor, signature }) => ({
    governor,
    signature: fromBase64Url(signature),
  }))
  return { bytes, signatures, statement: parseJson(homeStatementSchema, bytes) }
}

/**
 * A signed statement, judged by the manifest in force. Refusals: `statement_malformed`,
 * `wrong_mesh`, `wrong_manifest` (another serial), `unknown_zone`, `statement_signature`,
 * `expired`.
 */
export const verifyHomeStatement = (
  untrusted: Bytes,
  { mesh, manifest }: VerifiedManifest,
  nowMs: number,
): Result<HomeStatement> => {
  const parsed = attempt(() => parse(untrusted))
  if (!parsed.ok) return { ok: false, refusal: { ...parsed.refusal, code: 'statement_malformed' } }
  const { bytes, statement, signatures } = parsed.value
  if (statement.mesh !== mesh) return refuse('wrong_mesh', 'the statement is on another mesh')
  if (statement.serial !== manifest.serial) {
    return refuse('wrong_manifest', 'the statement is of another manifest', 'serial')
  }
  const named = [
    ...statement.moves.flatMap(({ founder, home }) => [founder, home]),
    ...statement.givenUp,
  ]
  const strange = named.find((zone) => manifest.zones.every(({ id }) => id !== zone))
  if (strange !== undefined) {
    return refuse('unknown_zone', 'the manifest has no such zone', strange)
  }
  if (!isQuorum(manifest.governors, bytes, signatures, 'homes')) {
    return refuse('statement_signature', 'the governors did not sign it')
  }
  if (nowMs > momentMs(statement.expiresAt)) {
    return refuse('expired', `the statement expired at ${statement.expiresAt}`)
  }
  return accept(statement)
}
