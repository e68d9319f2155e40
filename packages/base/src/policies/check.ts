/** What a policy must fulfil beyond its schema, for the persons of its wallet. */
import { accept, type Result, refuse } from '../errors.ts'
import { changeTermsDefault, type Policy, type Rule } from '../policy.ts'
import type { Credential, Person } from '../wallet.ts'
import { checkCalls, type MethodHashing } from './check-calls.ts'

type People = {
  readonly persons: readonly Person[]
  readonly credentials: readonly Pick<Credential, 'kind' | 'person'>[]
}

const hasTwice = (values: readonly string[]): boolean => new Set(values).size !== values.length

const checkRule = (rule: Rule, persons: ReadonlySet<string>): Result<void> => {
  if (rule.persons?.some((person) => !persons.has(person)) === true) {
    return refuse('invalid_field', 'a rule names no person of the wallet', rule.id)
  }
  const { maxAmount, maxFee, maxFeeRate } = rule.when ?? {}
  const bounded = [maxAmount, maxFee, maxFeeRate].some((bound) => bound !== undefined)
  if (rule.effect === 'deny' && bounded) {
    return refuse('invalid_field', 'a bound belongs to a rule that allows', rule.id)
  }
  if ((rule.quorum ?? 1) > (rule.persons?.length ?? persons.size)) {
    return refuse('invalid_field', 'a rule wants more persons than it names', rule.id)
  }
  return accept(undefined)
}

/** Owners who can prove a request: a certificate only speaks KMIP. */
const ableOwners = ({ persons, credentials }: People): number => {
  const able = new Set(
    credentials.filter(({ kind }) => kind !== 'tls-certificate').map(({ person }) => person),
  )
  return persons.filter((person) => person.owner && able.has(person.id)).length
}

const checkRecovery = ({ recovery }: Policy, persons: ReadonlySet<string>): Result<void> => {
  if (recovery === undefined) return accept(undefined)
  const named = new Set<string>(recovery.persons)
  if (recovery.persons.some((person) => !persons.has(person))) {
    return refuse('invalid_field', 'the recovery names no person of the wallet', 'policy.recovery')
  }
  return recovery.quorum <= named.size
    ? accept(undefined)
    : refuse('invalid_field', 'the recovery wants more persons than it names', 'policy.recovery')
}

/** Refuses `invalid_field`, naming the rule. */
export const checkPolicy = (
  policy: Policy,
  people: People,
  hashing: MethodHashing,
): Result<void> => {
  if (hasTwice(policy.rules.map((rule) => rule.id))) {
    return refuse('invalid_field', 'two rules of the policy have one id', 'policy.rules')
  }
  const persons = new Set<string>(people.persons.map((person) => person.id))
  for (const rule of policy.rules) {
    const checked = checkRule(rule, persons)
    if (!checked.ok) return checked
  }
  const calls = checkCalls(policy, hashing)
  if (!calls.ok) return calls
  const guarded = checkRecovery(policy, persons)
  if (!guarded.ok) return guarded
  const { quorum } = policy.changes ?? changeTermsDefault
  return quorum <= ableOwners(people)
    ? accept(undefined)
    : refuse('invalid_field', 'a change wants more owners than have a key', 'policy.changes')
}
