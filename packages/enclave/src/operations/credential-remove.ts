/** `credential.remove`: revokes at the home at once, elsewhere as the answer says. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../context.ts'
import { authorise, gatherProofs } from '../credentials/authorise.ts'
import { checkPersons } from '../credentials/check-persons.ts'
import { changeWallet, type WalletChange } from '../wallets/change-wallet.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type RemoveCall = Call<'credential.remove'>

/** Everyone may revoke his own credentials; others' by the policy. */
const mayRemove = (context: CoreContext, held: WalletEntry, call: RemoveCall): Result<unknown> => {
  const credential = held.credentials.get(call.request.credential)
  const proofs = gatherProofs(context, held, call, 'change')
  if (!proofs.ok) return proofs
  const own = proofs.value.some(
    (proof) => proof.over === 'request' && proof.person === credential?.person,
  )
  if (own) return accept(undefined)
  return authorise(context, held, call, {
    purpose: 'change',
    question: { operation: 'credential.remove' },
  })
}

const without = (
  context: CoreContext,
  { wallet }: WalletEntry,
  { request }: RemoveCall,
): Result<WalletChange> => {
  const credentials = wallet.credentials.filter((one) => one.id !== request.credential)
  if (credentials.length === wallet.credentials.length) {
    return refuse('invalid_field', 'the wallet has no such credential', request.credential)
  }
  const checked = checkPersons(context.crypto, { persons: wallet.persons, credentials })
  return checked.ok ? accept({ credentials, policyVersion: wallet.policyVersion + 1 }) : checked
}

/** Refusals: of the judge and of `changeWallet`; `invalid_field` for an owner's last key. */
export const credentialRemove: Run<'credential.remove'> = async (context, call) => {
  const held = await context.wallets.read(call.request.wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const allowed = mayRemove(context, held, call)
  if (!allowed.ok) return allowed
  return changeWallet(context, held, call, async () => without(context, held, call))
}
