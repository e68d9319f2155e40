/** A statement on homes on its way from governor to governor. */
import {
  encodeHomeStatement,
  signHomeStatement,
  type VerifiedManifest,
} from '@holdfast/attestation'
import { fail } from '@holdfast/base/errors'
import { type HomeStatement, homeStatementSchema } from '@holdfast/base/home-statement'
import { proposalsOf, type SignedProposal } from './signed-proposal.ts'
import { type StatementTimes, statementHead } from './statement-proposal.ts'

export const homeProposals = proposalsOf({
  format: 'holdfast homes proposal v1',
  field: 'statement',
  schema: homeStatementSchema,
  sign: signHomeStatement,
})

/** For the governors of `manifest`; throws `invalid_field` where it breaks a rule. */
export const proposeHomes = (
  manifest: VerifiedManifest,
  said: Pick<HomeStatement, 'moves' | 'givenUp' | 'lost'>,
  times: StatementTimes,
): SignedProposal<HomeStatement> => {
  const head = { format: 'holdfast homes v1', ...statementHead(manifest, times) }
  const parsed = homeStatementSchema.safeParse({ ...head, ...said })
  if (!parsed.success)
    return fail('invalid_field', 'name moves, zones to give up or that are lost, once each')
  return { bytes: encodeHomeStatement(parsed.data), content: parsed.data, signatures: [] }
}
