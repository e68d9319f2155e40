/** `wallet.outcome`: what became of a change. Whoever may see the wallet may ask. */
import type { OutcomeAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { authorise } from '../credentials/authorise.ts'
import { findOutcome } from '../outcomes/find-outcome.ts'
import type { Run } from './call.ts'

/** Refusals: of the judge; `not_here`. */
export const walletOutcome: Run<'wallet.outcome'> = async (context, call) => {
  const { wallet, request } = call.request
  const entry = await context.wallets.read(wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, entry, call, {
    purpose: 'read',
    question: { operation: 'wallet.show' },
  })
  if (!allowed.ok) return allowed
  const { silent, newestHere, ...found } = await findOutcome(context, entry, request)
  const answer: OutcomeAnswer = {
    wallet,
    request,
    ...found,
    ...(newestHere && { durability: await context.replicator.confirm(entry) }),
    silent: [...silent],
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
