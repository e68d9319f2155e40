/** `credential.remove`: revokes at the home at once, elsewhere as the answer says. */
import { accept, type Result } from '@holdfast/base/errors'
import { submitChange } from '../changes/submit-change.ts'
import type { CoreContext } from '../core/context.ts'
import { authorise, gatherProofs } from '../credentials/authorise.ts'
import { withExposure } from '../marks/exposure.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type RemoveCall = Call<'credential.remove'>

/** Everyone may revoke his own credentials; others' by the policy. */
const mayRemove = (
  context: CoreContext,
  held: WalletEntry,
  call: RemoveCall,
): Result<{ readonly immediate: boolean }> => {
  const credential = held.credentials.get(call.request.credential)
  const proofs = gatherProofs(context, held, call, 'change')
  if (!proofs.ok) return proofs
  const own = proofs.value.some(
    (proof) => proof.over === 'request' && proof.person === credential?.person,
  )
  if (own) return accept({ immediate: true })
  const allowed = authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'credential.remove' },
  })
  return allowed.ok ? accept({ immediate: false }) : allowed
}

/** Refusals: of the judge and of `submitChange`; `invalid_field` for an owner's last key. */
export const credentialRemove: Run<'credential.remove'> = async (context, call) => {
  const answer = await submitChange(context, call, (entry) => mayRemove(context, entry, call))
  if (!answer.ok) return answer
  return accept(withExposure(answer.value, call.request.credential, context.clock.nowMs()))
}
