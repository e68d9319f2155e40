/** The owners who stand behind a request, counted as persons. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Operation } from '@holdfast/base/requests/request'
import type { CoreContext } from '../core/context.ts'
import { gatherProofs } from '../credentials/authorise.ts'
import type { Proof } from '../credentials/verify-proofs.ts'
import type { AnyCall } from '../operations/call.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

export const isOwner = ({ wallet }: WalletEntry, person: PersonId): boolean =>
  wallet.persons.some((one) => one.id === person && one.owner)

/** A key that its owner gave a scope governs nothing that the scope does not name. */
export const isWithin = (
  { credentials }: WalletEntry,
  id: CredentialId,
  operation: Operation,
): boolean => {
  const scope = credentials.get(id)?.scope
  const named: readonly string[] = scope?.operations ?? []
  return scope === undefined || named.includes('*') || named.includes(operation)
}

/** Credentials of owners that proved the very bytes of a request. */
export const ownerCredentials = (
  entry: WalletEntry,
  proofs: readonly Proof[],
  operation: Operation,
): readonly CredentialId[] =>
  proofs.flatMap((proof) => {
    const counts = proof.over === 'request' && isOwner(entry, proof.person)
    return counts && isWithin(entry, proof.credential, operation) ? [proof.credential] : []
  })

/** Distinct owners among credentials, as the wallet now has them. */
export const ownersOf = (
  entry: WalletEntry,
  credentials: readonly CredentialId[],
): ReadonlySet<PersonId> =>
  new Set(
    credentials.flatMap((id) => {
      const person = entry.credentials.get(id)?.person
      return person !== undefined && isOwner(entry, person) ? [person] : []
    }),
  )

/** An owner who proved this very request. Refuses as `gatherProofs`, and `policy_denied`. */
export const judgeOwner = (
  context: Pick<CoreContext, 'crypto' | 'clock' | 'passkeys'>,
  entry: WalletEntry,
  call: AnyCall,
): Result<PersonId> => {
  const gathered = gatherProofs(context, entry, call, 'change')
  if (!gathered.ok) return gathered
  const proofs = gathered.value
  if (proofs.length === 0) return refuse('unauthenticated', 'the request carries no proof')
  const [owner] = ownersOf(entry, ownerCredentials(entry, proofs, call.request.operation))
  return owner === undefined
    ? refuse('policy_denied', 'an owner must authorise this')
    : accept(owner)
}
