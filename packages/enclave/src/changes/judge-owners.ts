/** The owners' quorum over the very bytes of a request that takes effect at once. */
import { type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { AnyCall } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { checkDeciders, deciderCredentials } from './deciders.ts'

/** Refuses as `gatherProofs`, `unauthenticated`, `quorum_not_met`. */
export const judgeOwners = (
  context: Pick<CoreContext, 'crypto' | 'clock' | 'passkeys'>,
  entry: WalletEntry,
  call: AnyCall,
): Result<void> => {
  const proofs = gatherProofs(context, entry, call, 'change')
  if (!proofs.ok) return proofs
  if (proofs.value.length === 0) return refuse('unauthenticated', 'the request carries no proof')
  const { operation } = call.request
  return checkDeciders(entry, deciderCredentials(entry, proofs.value, operation), operation)
}
