/** Who asks, and whether the wallet's policy lets them: the one judge of every request. */
import type { Purpose } from '@holdfast/base/authorisation'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { decided } from '../audit/decided.ts'
import type { CoreContext } from '../core/context.ts'
import { checkUnfrozen } from '../marks/check-unfrozen.ts'
import type { AnyCall } from '../operations/call.ts'
import { evaluate, type PolicyAnswer, type PolicyQuestion } from '../policy/evaluate.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'
import type { PasskeyCounters } from './passkey/counters.ts'
import { isWithin } from './scope.ts'
import { isExpired, type Proof, verifyProofs } from './verify-proofs.ts'

export type Judgement = {
  readonly purpose: Purpose
  readonly question: Omit<PolicyQuestion, 'proofs'>
}

type JudgeContext = Pick<CoreContext, 'crypto' | 'clock' | 'passkeys'>

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

/**
 * Approvals of a request that waited, each by itself: one whose credential is gone is as if it had
 * not been given. Counters of passkeys were noted when it came, and have risen since.
 */
const approvalProofs = (
  context: JudgeContext,
  entry: WalletEntry,
  call: AnyCall,
  nowMs: number,
): readonly Proof[] =>
  (call.waited?.approvals ?? []).flatMap((one) => {
    const verified = verifyProofs({
      crypto: context.crypto,
      credentials: entry.credentials,
      purpose: 'approve',
      request: call.bytes,
      authorisations: [one],
      passkeys: notedBefore,
      nowMs,
    })
    return verified.ok ? verified.value : []
  })

const notedBefore: Pick<PasskeyCounters, 'note'> = { note: () => accept(undefined) }

/** Proofs of the request, judged against the wallet as it is at this moment. */
export const gatherProofs = (
  context: JudgeContext,
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
    passkeys: call.waited === undefined ? context.passkeys : notedBefore,
    nowMs,
  })
  if (!verified.ok) return verified
  return accept([
    ...verified.value,
    ...approvalProofs(context, entry, call, nowMs),
    ...sessionProofs(entry, call, nowMs),
    ...certificateProofs(entry, call, nowMs),
  ])
}

/**
 * What a credential with a scope of its own proves for an operation: a proof over the request that
 * goes beyond it is refused, what a session or a certificate says counts for nothing.
 */
const withinScopes = (
  entry: WalletEntry,
  proofs: readonly Proof[],
  question: Judgement['question'],
): Result<readonly Proof[]> => {
  const kept: Proof[] = []
  for (const proof of proofs) {
    const scope = entry.credentials.get(proof.credential)?.scope
    if (isWithin(scope, question.operation, question.subject?.account)) kept.push(proof)
    else if (proof.over === 'request') {
      return refuse('out_of_scope', 'the scope of the credential has no room', proof.credential)
    }
  }
  return accept(kept)
}

const judge = (
  context: Pick<CoreContext, 'marks'>,
  entry: WalletEntry,
  question: Judgement['question'],
  proofs: readonly Proof[],
): Result<PolicyAnswer> => {
  if (question.operation !== 'wallet.show' && question.operation !== 'audit.show') {
    const unfrozen = checkUnfrozen(context, entry)
    if (!unfrozen.ok) return unfrozen
  }
  return evaluate(entry.wallet.policy, { ...question, proofs })
}

/**
 * Refusals of `verifyProofs` and of `evaluate`, `out_of_scope`, and `frozen` for whatever does more
 * than look. What is denied to someone whose proofs verify is written to the log; strangers and bad
 * proofs are not, or they would fill it.
 */
export const authorise = (
  context: JudgeContext & Pick<CoreContext, 'audit' | 'marks'>,
  entry: WalletEntry,
  call: AnyCall,
  { purpose, question }: Judgement,
): Result<PolicyAnswer> => {
  const gathered = gatherProofs(context, entry, call, purpose)
  if (!gathered.ok) return gathered
  const proofs = withinScopes(entry, gathered.value, question)
  const verdict = proofs.ok ? judge(context, entry, question, proofs.value) : proofs
  if (!verdict.ok && gathered.value.length > 0) {
    const { code, subject: rule } = verdict.refusal
    const decision = { outcome: 'denied', code, ...(rule === undefined ? {} : { rule }) } as const
    context.audit.note(decided(context, entry, call, decision))
  }
  return verdict
}
