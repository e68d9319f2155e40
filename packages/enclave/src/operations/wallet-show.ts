/** `wallet.show`: the document as this zone holds it, and which zones confirm it. */
import type { WalletAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { authorise } from '../credentials/authorise.ts'
import type { Run } from './call.ts'

/** Refusals: of the judge; `not_here`. */
export const walletShow: Run<'wallet.show'> = async (context, call) => {
  const entry = await context.wallets.read(call.request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = authorise(context, entry, call, {
    purpose: 'read',
    question: { operation: 'wallet.show' },
  })
  if (!allowed.ok) return allowed
  const marks = context.marks.of(entry.wallet.id)
  const answer: WalletAnswer = {
    wallet: entry.wallet,
    durability: await context.replicator.confirm(entry),
    ...(marks.length > 0 && { marks: [...marks] }),
    node: context.self,
    ...(call.relayedBy === undefined ? {} : { relayedBy: call.relayedBy }),
  }
  return accept(answer)
}
