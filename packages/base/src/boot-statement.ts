/**
 * What governors sign when the zones cannot vouch for each other: that these boots of this mesh
 * may serve (docs/governance.md). A boot id is never used twice, so neither is a statement.
 */
import { z } from 'zod'
import { statementBootsMax } from './limits.ts'
import { momentMs } from './moment.ts'
import { bootId, zoneId } from './schema.ts'
import { statementFields } from './signed-statement.ts'

const fields = z.strictObject({
  format: z.literal('holdfast boots v1'),
  ...statementFields,
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
