/**
 * What governors sign when the zones cannot vouch for each other: that these boots of this mesh
 * may serve (docs/governance.md). A boot id is never used twice, so neither is a statement.
 */
import { z } from 'zod'
import { encodedBytes, encodedBytesUpTo } from './encoded.ts'
import { governorsMax, statementBootsMax, statementBytesMax } from './limits.ts'
import { moment, momentMs } from './moment.ts'
import { bootId, label, meshId, zoneId } from './schema.ts'

const fields = z.strictObject({
  format: z.literal('holdfast boots v1'),
  mesh: meshId,
  /** Of the manifest whose governors sign. */
  serial: z.int().min(1),
  issuedAt: moment,
  expiresAt: moment,
  boots: z
    .array(z.strictObject({ zone: zoneId, boot: bootId }))
    .min(1)
    .max(statementBootsMax),
})

export const bootStatementSchema = fields.superRefine((statement, context) => {
  const boots = new Set(statement.boots.map(({ boot }) => boot))
  const holds =
    momentMs(statement.issuedAt) < momentMs(statement.expiresAt) &&
    boots.size === statement.boots.length
  if (!holds) context.addIssue({ code: 'custom', path: ['boots'], message: 'a rule is broken' })
})
export type BootStatement = z.infer<typeof bootStatementSchema>

/** The signed file: the exact bytes, and governors' signatures over them. */
export const signedStatementSchema = z.strictObject({
  statement: encodedBytesUpTo(statementBytesMax),
  signatures: z
    .array(z.strictObject({ governor: label, signature: encodedBytes(64) }))
    .min(1)
    .max(governorsMax),
})
