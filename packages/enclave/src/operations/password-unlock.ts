/** `password.unlock`: the way back from a locked password, by another credential. */
import type { PasswordUnlockAnswer } from '@holdfast/base/answers'
import { accept, refuse } from '@holdfast/base/errors'
import { authorise, gatherProofs } from '../credentials/authorise.ts'
import type { Run } from './call.ts'
import { forgetGuesses } from './password-login.ts'

/**
 * The person himself by a credential of another kind, or who may remove credentials. Only in a
 * session, where nobody can repeat it. Refusals: of the judge, `unknown_session`, `not_here`,
 * `invalid_field`, `not_counted`.
 */
export const passwordUnlock: Run<'password.unlock'> = async (context, call) => {
  const { session, request } = call
  if (session === undefined) {
    return refuse('unknown_session', 'this request belongs into a sealed session')
  }
  const entry = await context.wallets.read(request.wallet)
  if (entry === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const credential = entry.credentials.get(request.credential)
  const proofs = gatherProofs(context, entry, call, 'change')
  if (!proofs.ok) return proofs
  const own = proofs.value.some(
    ({ over, kind, person }) =>
      over === 'request' && kind !== 'password' && person === credential?.person,
  )
  if (!own) {
    const question = { operation: 'credential.remove' } as const
    const allowed = authorise(context, entry, call, { purpose: 'change', question })
    if (!allowed.ok) return allowed
  }
  if (credential?.kind !== 'password') {
    return refuse('invalid_field', 'the wallet has no such password', request.credential)
  }
  const forgotten = await forgetGuesses(context, entry, credential.id)
  if (!forgotten.ok) return forgotten
  const answer: PasswordUnlockAnswer = { credential: credential.id, node: context.self }
  return accept(answer)
}
