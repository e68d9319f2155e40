/** What every statement of governors says first, and the file that carries one signed. */
import { z } from 'zod'
import { encodedBytes, encodedBytesUpTo } from './encoded.ts'
import { governorsMax, statementBytesMax } from './limits.ts'
import { moment } from './moment.ts'
import { label, meshId } from './schema.ts'

/** Beside the `format` of its kind, and before what it says. */
export const statementFields = {
  mesh: meshId,
  /** Of the manifest whose governors sign. */
  serial: z.int().min(1),
  issuedAt: moment,
  expiresAt: moment,
}

export const governorSignatures = z
  .array(z.strictObject({ governor: label, signature: encodedBytes(64) }))
  .min(1)
  .max(governorsMax)

/** The signed file: the exact bytes, and governors' signatures over them. */
export const signedStatementSchema = z.strictObject({
  statement: encodedBytesUpTo(statementBytesMax),
  signatures: governorSignatures,
})
