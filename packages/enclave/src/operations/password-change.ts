/** `password.change`: one change lists the new password and revokes the old, at once. */
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import { parsePasswordProof, parseTicket } from '@holdfast/base/password-proof'
import type { PasswordCredential } from '@holdfast/base/wallet'
import { submitChange } from '../changes/submit-change.ts'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import { checkNewCredentials, onlyFor } from '../credentials/check-new-credentials.ts'
import { loginTicketLifetimeMs, passwordChangeAfterLoginMs } from '../limits.ts'
import { withExposure } from '../marks/exposure.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { Call, Run } from './call.ts'

type ChangeCall = Call<'password.change'>

/** What the wallet lists of a password besides its key: the new one may do no more than the old. */
const listingOf = ({ person, name, expiresAt, scope }: PasswordCredential): string =>
  JSON.stringify([person, name, expiresAt, scope?.operations, scope?.accounts])

/** Whoever has come by a login must not make an hour's use of it last. */
const isFresh = (call: ChangeCall, nowMs: number): boolean =>
  call.authorisations.some(({ credential, signature }) => {
    if (credential !== call.request.replaces) return false
    const ticket = attempt(() => parseTicket(parsePasswordProof(signature).ticket))
    const leastMs = nowMs + loginTicketLifetimeMs - passwordChangeAfterLoginMs
    return ticket.ok && ticket.value.expiresAtMs > leastMs
  })

const mayChange = (
  context: CoreContext,
  entry: WalletEntry,
  call: ChangeCall,
): Result<{ readonly immediate: boolean }> => {
  const { replaces, credential } = call.request
  const proofs = gatherProofs(context, entry, call, 'change')
  if (!proofs.ok) return proofs
  const old = entry.credentials.get(replaces)
  if (old?.kind !== 'password' || listingOf(old) !== listingOf(credential)) {
    return refuse('invalid_field', 'a new password takes the place of one like it', replaces)
  }
  const own = proofs.value.some(
    (proof) => proof.over === 'request' && proof.credential === replaces,
  )
  if (!own) return refuse('policy_denied', 'the old password must authorise the new one')
  return isFresh(call, context.clock.nowMs())
    ? accept({ immediate: true })
    : refuse('login_required', 'a password is changed right after a login', replaces)
}

/**
 * The person could revoke the old one at once, and gets nothing that he had not: so no policy is
 * asked. Refusals: of `checkNewCredentials` and `submitChange`, `invalid_field`, `policy_denied`,
 * `login_required`.
 */
export const passwordChange: Run<'password.change'> = async (context, call) => {
  const { wallet, credential, replaces } = call.request
  const held = await context.wallets.read(wallet)
  if (held === undefined) return refuse('not_here', 'this zone does not hold the wallet')
  const enrolled = await checkNewCredentials(context, held, call, [credential])
  if (!enrolled.ok) return enrolled
  const change = onlyFor(call, 'change')
  const answer = await submitChange(context, change, (entry) => mayChange(context, entry, change))
  return answer.ok ? accept(withExposure(answer.value, replaces, context.clock.nowMs())) : answer
}
