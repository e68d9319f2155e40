/**
 * Whether another policy only tightens (DESIGN §6): it adds denials, removes rules that allow, or
 * lowers their bounds. Compared rule by rule; what is not seen to be tighter counts as looser.
 */
import type { Criteria, Policy, Rule } from '../policy.ts'
import type { Limit } from '../policy-limits.ts'
import { defaultEffects } from './default-effects.ts'

const same = (left: unknown, right: unknown): boolean =>
  JSON.stringify(left) === JSON.stringify(right)

/** Every value of `after` is one of `before`; absent stands for all. */
const isSubset = (
  after: readonly string[] | undefined,
  before: readonly string[] | undefined,
): boolean =>
  before === undefined || (after !== undefined && after.every((value) => before.includes(value)))

const isLower = (after: string | undefined, before: string | undefined): boolean =>
  before === undefined || (after !== undefined && BigInt(after) <= BigInt(before))

const lists = [
  'chains',
  'networks',
  'kinds',
  'accounts',
  'to',
  'assets',
  'selectors',
  'sighashes',
  'programs',
] as const
/** Each entry allows something more; absent stands for all. */
const forms = ['calls', 'typedData'] as const
/** Absent allows what raw use allows, present what is listed: only one list is in another. */
const permissions = ['lookupTables', 'nonceAccounts'] as const
const bounds = ['maxAmount', 'maxFee', 'maxFeeRate'] as const
const known: ReadonlySet<string> = new Set([
  ...lists,
  ...forms,
  ...permissions,
  ...bounds,
  'effects',
])

const texts = (values: readonly object[] | undefined): readonly string[] | undefined =>
  values?.map((value) => JSON.stringify(value))

const isFewer = (after: readonly string[] | undefined, before: readonly string[] | undefined) =>
  (after === undefined) === (before === undefined) && isSubset(after, before)

/** Fields that this comparison does not know must not differ. */
const sameElsewhere = (after: object, before: object, compared: ReadonlySet<string>): boolean => {
  const rest = (of: object): unknown =>
    Object.entries(of)
      .filter(([name]) => !compared.has(name))
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
  return same(rest(after), rest(before))
}

/** A fee that is bounded by itself is no longer part of the amount: that alone would loosen. */
const sumsAlike = (after: Criteria, before: Criteria): boolean =>
  before.maxAmount === undefined || (after.maxFee === undefined) === (before.maxFee === undefined)

const isNarrower = (after: Criteria = {}, before: Criteria = {}): boolean =>
  sameElsewhere(after, before, known) &&
  lists.every((name) => isSubset(after[name], before[name])) &&
  forms.every((name) => isSubset(texts(after[name]), texts(before[name]))) &&
  permissions.every((name) => isFewer(after[name], before[name])) &&
  bounds.every((name) => isLower(after[name], before[name])) &&
  sumsAlike(after, before) &&
  isSubset(after.effects ?? defaultEffects, before.effects ?? defaultEffects)

/** One limit that counts the same with a lower bound. */
const isLowerLimit = (after: Limit, before: Limit): boolean => {
  if (after.type === 'signatures' && before.type === 'signatures') {
    return after.windowMs === before.windowMs && after.count <= before.count
  }
  if (after.type !== 'value' || before.type !== 'value') return false
  const { amount: lower, ...rest } = after
  const { amount: higher, ...others } = before
  return sameElsewhere(rest, others, none) && BigInt(lower) <= BigInt(higher)
}

/** A limit more, or a lower one, only tightens: a rule with limits allows signatures alone. */
const countsMore = (after: Rule, before: Rule): boolean =>
  (before.limits ?? []).every((old) => after.limits?.some((one) => isLowerLimit(one, old))) &&
  !(before.once === true && after.once !== true)

const none: ReadonlySet<string> = new Set()

const compared: ReadonlySet<string> = new Set([
  'limits',
  'once',
  'operations',
  'persons',
  'kinds',
  'quorum',
  'proof',
  'when',
])

/** Whether an allowing rule allows nothing that the other does not. */
export const allowsLess = (after: Rule, before: Rule): boolean =>
  sameElsewhere(after, before, compared) &&
  (before.operations.includes('*') || isSubset(after.operations, before.operations)) &&
  isSubset(after.persons, before.persons) &&
  isSubset(after.kinds, before.kinds) &&
  (after.quorum ?? 1) >= (before.quorum ?? 1) &&
  !(after.proof === 'session' && before.proof !== 'session') &&
  // A rule without criteria also allows what signs nothing; with them, only what is decoded.
  !(after.when === undefined && before.when !== undefined) &&
  countsMore(after, before) &&
  isNarrower(after.when, before.when)

/**
 * True where one owner may put `after` in force at once: it never permits what `before` denied.
 * Rules that allow keep their ids and their order, since the first that fits is the one charged.
 *
 *     tightens(policy, { ...policy, rules: [...policy.rules, denial] }) // true
 */
export const tightens = (before: Policy, after: Policy): boolean => {
  const { rules: oldRules, ...oldRest } = before
  const { rules: newRules, ...newRest } = after
  if (!same(newRest, oldRest)) return false
  const denials = oldRules.filter((rule) => rule.effect === 'deny')
  if (!denials.every((old) => newRules.some((rule) => same(rule, old)))) return false
  let position = -1
  for (const rule of newRules) {
    if (rule.effect === 'deny') continue
    const index = oldRules.findIndex((old) => old.id === rule.id)
    const old = oldRules[index]
    if (old?.effect !== 'allow' || index <= position || !allowsLess(rule, old)) return false
    position = index
  }
  return true
}
