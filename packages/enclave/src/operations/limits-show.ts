/** `limits.show`: what is left of the policy's limits. Whoever may see the wallet may see them. */
import type { LimitsAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { authorise } from '../credentials/authorise.ts'
import type { Run } from './call.ts'

/** Refusals: of the judge; `not_here`, `not_counted`, `time_unknown`. */
export const limitsShow: Run<'limits.show'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, entry, call, {
    purpose: 'read',
    question: { operation: 'wallet.show' },
  })
  if (!allowed.ok) return allowed
  const limits = await context.counters.show(entry)
  if (!limits.ok) return limits
  const answer: LimitsAnswer = {
    limits: [...limits.value],
    time: entry.wallet.placement.zones.length === 1 ? 'host' : 'majority',
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
