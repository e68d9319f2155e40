/** `approval.show`: one request that waits, decoded, and what became of it. */
import type { ApprovalAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { showWaiting } from '../approvals/show-waiting.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { Run } from './call.ts'

/** Refusals: `not_here`, `unknown`, `unauthenticated` without a proof, of `gatherProofs`. */
export const approvalShow: Run<'approval.show'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const proofs = gatherProofs(context, entry, call, 'read')
  if (!proofs.ok) return proofs
  if (proofs.value.length === 0) return refuse('unauthenticated', 'a person must ask for this')
  // Without agreement on the time nothing is shown as expired.
  await context.time.bring(entry.wallet.placement.zones)
  const wait = await context.waits.read(entry.wallet.id, call.request.request)
  if (wait === undefined) return refuse('unknown', 'no such request waits')
  const answer: ApprovalAnswer = {
    approval: showWaiting(context, entry, wait),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
