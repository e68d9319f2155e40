/** A statement on boots on its way from governor to governor. */
import {
  encodeBootStatement,
  signBootStatement,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { type BootStatement, bootStatementSchema } from '@holdfast/base/boot-statement'
import { fail } from '@holdfast/base/errors'
import { proposalsOf, type SignedProposal } from './signed-proposal.ts'
import { type StatementTimes, statementHead } from './statement-proposal.ts'

export const bootProposals = proposalsOf({
  format: 'holdfast boots proposal v1',
  field: 'statement',
  schema: bootStatementSchema,
  sign: signBootStatement,
})

/** For the governors of `manifest`; throws `invalid_field`: no boot, or one named twice. */
export const proposeBoots = (
  manifest: VerifiedManifest,
  boots: BootStatement['boots'],
  times: StatementTimes,
): SignedProposal<BootStatement> => {
  const head = { format: 'holdfast boots v1', ...statementHead(manifest, times) }
  const parsed = bootStatementSchema.safeParse({ ...head, boots })
  if (!parsed.success) return fail('invalid_field', 'no boot is waiting, or one is named twice')
  return { bytes: encodeBootStatement(parsed.data), content: parsed.data, signatures: [] }
}
