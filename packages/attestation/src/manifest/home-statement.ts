/** Statements on homes: signed by the governors of the manifest in force, for a while. */
import type { Bytes } from '@holdfast/base/bytes'
import { type Result, refuse } from '@holdfast/base/errors'
import { type HomeStatement, homeStatementSchema } from '@holdfast/base/home-statement'
import { encodeStatement, judgeStatement, readStatement } from './signed-statement.ts'
import type { VerifiedManifest } from './verify.ts'

/** The bytes that governors sign. */
export const encodeHomeStatement = (statement: HomeStatement): Bytes =>
  encodeStatement(homeStatementSchema, statement)

/**
 * A signed statement, judged by the manifest in force. Refusals: `statement_malformed`,
 * `wrong_mesh`, `wrong_manifest` (another serial), `unknown_zone`, `statement_signature`,
 * `expired`. A zone that is lost may have left the manifest before.
 */
export const verifyHomeStatement = (
  untrusted: Bytes,
  manifest: VerifiedManifest,
  nowMs: number,
): Result<HomeStatement> => {
  const read = readStatement(homeStatementSchema, untrusted, manifest)
  if (!read.ok) return read
  const { moves, givenUp } = read.value.statement
  const named = [...moves.flatMap(({ founder, home }) => [founder, home]), ...givenUp]
  const strange = named.find((zone) => manifest.manifest.zones.every(({ id }) => id !== zone))
  if (strange !== undefined) {
    return refuse('unknown_zone', 'the manifest has no such zone', strange)
  }
  return judgeStatement(read.value, 'homes', manifest, nowMs)
}
