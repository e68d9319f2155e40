/** `wallet.recover`: guardians, by the terms of recovery; any owner may veto it meanwhile. */
import { accept, refuse } from '@holdfast/base/errors'
import { deciderCredentials } from '../changes/deciders.ts'
import { submitChange } from '../changes/submit-change.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import { checkNewCredentials, onlyFor } from '../credentials/check-new-credentials.ts'
import type { Run } from './call.ts'

/** Refusals: of `submitChange` and of `checkNewCredentials`; `policy_denied`. */
export const walletRecover: Run<'wallet.recover'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  if (held.wallet.policy.recovery === undefined) {
    return refuse('policy_denied', 'the policy of the wallet names no guardians')
  }
  const enrolled = await checkNewCredentials(context, held, call, call.request.credentials)
  if (!enrolled.ok) return enrolled
  const change = onlyFor(call, 'change')
  return submitChange(context, change, (entry) => {
    const proofs = gatherProofs(context, entry, change, 'change')
    if (!proofs.ok) return proofs
    return deciderCredentials(entry, proofs.value, 'wallet.recover').length > 0
      ? accept({ immediate: false })
      : refuse('policy_denied', 'a guardian must authorise this')
  })
}
