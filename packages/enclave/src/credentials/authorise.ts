/** Who asks, and whether the wallet's policy lets them: the one judge of every request. */
import type { Purpose } from '@holdfast/base/authorisation'
import { accept, type Result } from '@holdfast/base/errors'
import type { CoreContext } from '../context.ts'
import type { AnyCall } from '../operations/call.ts'
import { evaluate, type PolicyAnswer, type PolicyQuestion } from '../policy/evaluate.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import { isExpired, type Proof, verifyProofs } from './verify-proofs.ts'

export type Judgement = {
  readonly purpose: Purpose
  readonly question: Omit<PolicyQuestion, 'proofs'>
}

/** What a session that was authenticated once says of this wallet as it now is. */
const sessionProofs = (entry: WalletEntry, call: AnyCall, nowMs: number): readonly Proof[] => {
  const authenticated = call.session?.authenticated
  if (authenticated === undefined || authenticated.expiresAtMs <= nowMs) return []
  if (!authenticated.wallets.includes(entry.wallet.id)) return []
  return authenticated.credentials.flatMap((id): Proof[] => {
    const credential = entry.credentials.get(id)
    if (credential === undefined || isExpired(credential, nowMs)) return []
    return [
      {
        person: credential.person,
        credential: id,
        kind: credential.kind,
        over: 'session' as const,
      },
    ]
  })
}

/** What the connection's certificate says of the wallet as it now is: never more than a session. */
const certificateProofs = (entry: WalletEntry, call: AnyCall, nowMs: number): readonly Proof[] => {
  const { certificate } = call
  const credential = certificate === undefined ? undefined : entry.credentials.get(certificate)
  if (credential?.kind !== 'tls-certificate' || isExpired(credential, nowMs)) return []
  const { id, person, kind } = credential
  return [{ person, credential: id, kind, over: 'session' }]
}

/** Proofs of the request, judged against the wallet as it is at this moment. */
export const gatherProofs = (
  context: Pick<CoreContext, 'crypto' | 'clock'>,
  entry: WalletEntry,
  call: AnyCall,
  purpose: Purpose,
): Result<readonly Proof[]> => {
  const nowMs = context.clock.nowMs()
  const verified = verifyProofs({
    crypto: context.crypto,
    credentials: entry.credentials,
    purpose,
    request: call.bytes,
    authorisations: call.authorisations,
    nowMs,
  })
  if (!verified.ok) return verified
  return accept([
    ...verified.value,
    ...sessionProofs(entry, call, nowMs),
    ...certificateProofs(entry, call, nowMs),
  ])
}

/** Refusals of `verifyProofs` and of `evaluate`. */
export const authorise = (
  context: Pick<CoreContext, 'crypto' | 'clock'>,
  entry: WalletEntry,
  call: AnyCall,
  judgement: Judgement,
): Result<PolicyAnswer> => {
  const proofs = gatherProofs(context, entry, call, judgement.purpose)
  if (!proofs.ok) return proofs
  return evaluate(entry.wallet.policy, { ...judgement.question, proofs: proofs.value })
}
