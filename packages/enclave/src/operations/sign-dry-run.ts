/** `sign.dry-run`: the live verdict on a signature, by the persons who ask; no key is opened. */
import type { DryRunAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { authorise, gatherProofs } from '../credentials/authorise.ts'
import { needsOf } from '../policy/evaluate.ts'
import { checkFresh } from '../replication/staleness.ts'
import type { Call, Run } from './call.ts'
import { readSigning } from './sign.ts'

/**
 * A denial is an answer here. Refusals: `not_here`, of the decoder, `unauthenticated` without a
 * proof of a person, of `gatherProofs`.
 */
export const signDryRun: Run<'sign.dry-run'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const proofs = gatherProofs(context, entry, call, 'dry-run')
  if (!proofs.ok) return proofs
  if (proofs.value.length === 0) return refuse('unauthenticated', 'a person must ask for this')
  const signing: Call<'sign'> = { ...call, request: { ...call.request, operation: 'sign' } }
  const read = readSigning(context, entry, signing)
  if (!read.ok) return read
  const { question, decoded } = read.value
  const judged = authorise(context, entry, call, { purpose: 'dry-run', question })
  const fresh = checkFresh(context, entry.wallet)
  const verdict = judged.ok && !fresh.ok ? fresh : judged
  const answer: DryRunAnswer = {
    wallet: entry.wallet.id,
    allowed: verdict.ok,
    ...(judged.ok ? { rule: judged.value.rule } : {}),
    ...(verdict.ok ? {} : { refusal: verdict.refusal }),
    needs: [...needsOf(entry.wallet.policy, { ...question, proofs: proofs.value })],
    decoded: decoded.intent,
    policyVersion: entry.wallet.policyVersion,
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
