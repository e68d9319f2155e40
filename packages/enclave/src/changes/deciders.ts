/** Who decides on a waiting change, and by which terms: owners, or guardians for a recovery. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CredentialId, PersonId } from '@holdfast/base/ids'
import { changeTermsDefault } from '@holdfast/base/policy'
import type { Operation } from '@holdfast/base/requests/request'
import type { Proof } from '../credentials/verify-proofs.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { isOwner, isWithin } from './owners.ts'

export type Terms = {
  readonly rule: 'changes' | 'recovery'
  readonly quorum: number
  readonly delayMs: number
  readonly persons: readonly PersonId[]
}

/** A wallet without guardians has a quorum that nobody reaches. */
export const termsOf = ({ wallet }: WalletEntry, operation: Operation): Terms => {
  if (operation === 'wallet.recover') {
    const { recovery } = wallet.policy
    return recovery === undefined
      ? { rule: 'recovery', quorum: 1, delayMs: 0, persons: [] }
      : { rule: 'recovery', ...recovery }
  }
  const persons = wallet.persons.filter(({ owner }) => owner).map(({ id }) => id)
  return { rule: 'changes', ...(wallet.policy.changes ?? changeTermsDefault), persons }
}

const decides = (entry: WalletEntry, person: PersonId, operation: Operation): boolean =>
  operation === 'wallet.recover'
    ? termsOf(entry, operation).persons.includes(person)
    : isOwner(entry, person)

/** Credentials of deciders that proved the very bytes of a request. */
export const deciderCredentials = (
  entry: WalletEntry,
  proofs: readonly Proof[],
  operation: Operation,
): readonly CredentialId[] =>
  proofs.flatMap((proof) => {
    const counts = proof.over === 'request' && decides(entry, proof.person, operation)
    return counts && isWithin(entry, proof.credential, operation) ? [proof.credential] : []
  })

/** Distinct deciders among credentials, as the wallet now has them. */
export const decidersOf = (
  entry: WalletEntry,
  credentials: readonly CredentialId[],
  operation: Operation,
): ReadonlySet<PersonId> =>
  new Set(
    credentials.flatMap((id) => {
      const person = entry.credentials.get(id)?.person
      return person !== undefined && decides(entry, person, operation) ? [person] : []
    }),
  )

/** The terms of the policy in force. Refuses `quorum_not_met`. */
export const checkDeciders = (
  entry: WalletEntry,
  credentials: readonly CredentialId[],
  operation: Operation,
): Result<void> => {
  const { quorum, rule } = termsOf(entry, operation)
  const { size } = decidersOf(entry, credentials, operation)
  const who = rule === 'recovery' ? 'guardians' : 'owners'
  return size >= quorum
    ? accept(undefined)
    : refuse('quorum_not_met', `${quorum} ${who} must authorise this, ${size} did`, rule)
}
