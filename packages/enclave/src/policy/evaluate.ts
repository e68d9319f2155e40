/** The verdict of a policy on a request: default deny, deny wins (DESIGN §6). */
import type { Need } from '@holdfast/base/approval'
import { accept, type Refused, type Result, refuse } from '@holdfast/base/errors'
import type { PersonId } from '@holdfast/base/ids'
import type { Policy, policyOperations, Rule } from '@holdfast/base/policy'
import { isCounted, limitAmounts } from '../counters/amounts.ts'
import type { Proof } from '../credentials/verify-proofs.ts'
import { allows, denies, type Subject } from './criteria.ts'

export type PolicyQuestion = {
  readonly operation: Exclude<(typeof policyOperations)[number], '*'>
  readonly proofs: readonly Proof[]
  /** What would be signed; absent for operations that sign nothing. */
  readonly subject?: Subject
  /** Rules whose limits are spent: they allow nothing now. */
  readonly spent?: ReadonlySet<string>
}

export type PolicyAnswer = { readonly rule: string; readonly persons: readonly PersonId[] }

const concerns = (rule: Rule, question: PolicyQuestion): boolean =>
  rule.operations.includes('*') || rule.operations.includes(question.operation)

/** Whether a person has given every kind of proof that the rule wants of each. */
const hasAllKinds = (rule: Rule, proofs: readonly Proof[], person: PersonId): boolean =>
  rule.allKinds?.every((kind) =>
    proofs.some((proof) => proof.person === person && proof.kind === kind),
  ) !== false

/** Distinct persons whose proofs the rule accepts. */
const personsOf = (rule: Rule, proofs: readonly Proof[]): readonly PersonId[] => [
  ...new Set(
    proofs
      .filter((proof) => hasAllKinds(rule, proofs, proof.person))
      .filter((proof) => rule.persons === undefined || rule.persons.includes(proof.person))
      .filter((proof) => rule.kinds === undefined || rule.kinds.includes(proof.kind))
      .map((proof) => proof.person),
  ),
]

const isDenied = (rule: Rule, question: PolicyQuestion): boolean => {
  if (rule.effect !== 'deny' || !concerns(rule, question)) return false
  const aimed = rule.persons !== undefined || rule.kinds !== undefined
  if (aimed && personsOf(rule, question.proofs).length === 0) return false
  if (question.subject === undefined) return rule.when === undefined
  return denies(rule.when, question.subject)
}

/** A rule that counts allows only what it can count, and that only while something is left. */
const mayCount = (rule: Rule, { subject, spent }: PolicyQuestion): boolean => {
  if (!isCounted(rule)) return true
  if (subject === undefined || spent?.has(rule.id) === true) return false
  return limitAmounts(rule, subject.intent) !== undefined
}

/** Whether an allowing rule speaks of what is asked, whoever asks. */
const fits = (rule: Rule, question: PolicyQuestion): boolean => {
  if (rule.effect !== 'allow' || !concerns(rule, question)) return false
  if (!mayCount(rule, question)) return false
  return question.subject === undefined
    ? rule.when === undefined
    : allows(rule.when, question.subject)
}

/** Each rule that would allow it if enough persons authorised it, and who has; none if denied. */
export const needsOf = (policy: Policy, question: PolicyQuestion): readonly Need[] =>
  policy.rules.some((rule) => isDenied(rule, question))
    ? []
    : policy.rules
        .filter((rule) => fits(rule, question))
        .map((rule) => ({
          rule: rule.id,
          quorum: rule.quorum ?? 1,
          ...(rule.persons === undefined ? {} : { persons: rule.persons }),
          have: [...personsOf(rule, question.proofs)],
        }))

/** Why no rule allowed: what is nearest to a yes is what the caller can mend. */
const nearest = (question: PolicyQuestion, missed: Refused | undefined): Refused => {
  if (missed !== undefined) return missed
  if (question.proofs.length === 0) {
    return refuse('unauthenticated', 'the request carries no proof of a person')
  }
  const unknown = question.subject?.intent.effects.find((effect) => effect.type === 'unknown')
  if (unknown !== undefined) {
    return refuse('raw_use_denied', 'what would be signed cannot be decoded: no rule allows that')
  }
  return refuse('policy_denied', 'no rule of the policy allows this')
}

/**
 * Refusals: `policy_denied` (naming the rule that denied), `quorum_not_met`, `proof_required`,
 * `raw_use_denied`, `unauthenticated`.
 */
export const evaluate = (policy: Policy, question: PolicyQuestion): Result<PolicyAnswer> => {
  const denied = policy.rules.find((rule) => isDenied(rule, question))
  if (denied !== undefined) {
    return refuse('policy_denied', 'a rule of the policy denies this', denied.id)
  }
  const fresh = question.proofs.filter((proof) => proof.over === 'request')
  let missed: Refused | undefined
  for (const rule of policy.rules) {
    if (!fits(rule, question)) continue
    const quorum = rule.quorum ?? 1
    const persons = personsOf(rule, rule.proof === 'session' ? question.proofs : fresh)
    if (persons.length >= quorum) return accept({ rule: rule.id, persons })
    if (personsOf(rule, question.proofs).length >= quorum) {
      missed = refuse('proof_required', 'this needs a proof over the request itself', rule.id)
    } else if (persons.length > 0) {
      missed ??= refuse(
        'quorum_not_met',
        `${quorum} persons must authorise this, ${persons.length} did`,
        rule.id,
      )
    }
  }
  return nearest(question, missed)
}
