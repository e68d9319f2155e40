/** Statements on boots: signed by the governors of the manifest in force, for a while. */
import { type BootStatement, bootStatementSchema } from '@holdfast/base/boot-statement'
import type { Bytes } from '@holdfast/base/bytes'
import type { Result } from '@holdfast/base/errors'
import { encodeStatement, judgeStatement, readStatement } from './signed-statement.ts'
import type { VerifiedManifest } from './verify.ts'

/** The bytes that governors sign. */
export const encodeBootStatement = (statement: BootStatement): Bytes =>
  encodeStatement(bootStatementSchema, statement)

/**
 * A signed statement, judged by the manifest in force. Refusals: `statement_malformed`,
 * `wrong_mesh`, `wrong_manifest` (another serial), `statement_signature`, `expired`.
 */
export const verifyBootStatement = (
  untrusted: Bytes,
  manifest: VerifiedManifest,
  nowMs: number,
): Result<BootStatement> => {
  const read = readStatement(bootStatementSchema, untrusted, manifest)
  return read.ok ? judgeStatement(read.value, 'boots', manifest, nowMs) : read
}
