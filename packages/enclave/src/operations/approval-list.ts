/** `approval.list`: what waits here, for everybody of the wallet. */
import type { ApprovalListAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { lineOf } from '../approvals/show-waiting.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { Run } from './call.ts'

/** Refusals: `not_here`, `unauthenticated` without a proof of a person, of `gatherProofs`. */
export const approvalList: Run<'approval.list'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const proofs = gatherProofs(context, entry, call, 'read')
  if (!proofs.ok) return proofs
  if (proofs.value.length === 0) return refuse('unauthenticated', 'a person must ask for this')
  // Without agreement on the time nothing is shown as expired.
  await context.time.bring(entry.wallet.placement.zones)
  const waits = await context.waits.of(entry.wallet.id)
  const answer: ApprovalListAnswer = {
    approvals: waits.map((wait) => lineOf(context, entry, wait)),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
