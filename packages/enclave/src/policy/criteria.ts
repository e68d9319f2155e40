/** Whether the criteria of a rule hold for a decoded intent. */

import type { AccountId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import { defaultEffects } from '@holdfast/base/policies/default-effects'
import type { Criteria } from '@holdfast/base/policy'
import type { Facts } from '../signing/facts.ts'
import { factsAllow, factsDeny } from './fact-criteria.ts'
import { includes, within } from './same.ts'

export type Subject = {
  readonly intent: Intent
  readonly account?: AccountId
  readonly facts?: Facts
}

/**
 * Who an effect reaches, and what it moves, as a rule sees it. `undefined`: cannot be said, so
 * that no list of destinations or assets and no bound of an amount can hold. Absent: moves nothing.
 */
type View = {
  readonly to?: string | undefined
  readonly asset?: string | undefined
  readonly amount?: bigint | undefined
}

/** Advancing a nonce reaches nobody and moves nothing. */
const isNonce = (effect: Effect): boolean =>
  effect.type === 'unknown' && effect.cause === 'durable-nonce'

const view = (effect: Effect): View => {
  if (effect.type === 'transfer') {
    return { to: effect.to, asset: effect.asset, amount: BigInt(effect.amount) }
  }
  if (effect.type === 'approve') {
    return { to: effect.spender, asset: effect.asset, amount: BigInt(effect.amount) }
  }
  if (effect.type === 'order') {
    return { to: effect.to, asset: effect.asset, amount: BigInt(effect.amount) }
  }
  if (effect.type === 'call')
    return { to: effect.to, asset: 'native', amount: BigInt(effect.value) }
  if (effect.type === 'deploy') {
    return { to: undefined, asset: 'native', amount: BigInt(effect.value) }
  }
  if (effect.type === 'delegate') return { to: effect.to, asset: undefined, amount: undefined }
  if (effect.type === 'message' || isNonce(effect)) return {}
  return { to: undefined, asset: undefined, amount: undefined }
}

/** A call must be one that is named; what calls nothing is none of this criterion's business. */
const callsWithin = (selectors: readonly string[] | undefined, effect: Effect): boolean =>
  selectors === undefined ||
  effect.type !== 'call' ||
  (effect.selector !== undefined && selectors.includes(effect.selector))

const contextHolds = (criteria: Criteria, { intent, account }: Subject): boolean =>
  within(criteria.chains, intent.chain) &&
  within(criteria.networks, intent.network) &&
  within(criteria.kinds, intent.kind) &&
  within(criteria.accounts, account)

/**
 * The largest sum of one asset; undefined where some amount cannot be said. The fee counts as the
 * chain's coin unless the rule bounds it by itself: otherwise it would drain what the rule keeps.
 */
const largestSum = (
  { intent }: Subject,
  views: readonly View[],
  maxFee: string | undefined,
): bigint | undefined => {
  const sums = new Map<string, bigint>()
  if (intent.kind === 'transaction' && maxFee === undefined) {
    if (intent.fee === undefined) return undefined
    sums.set('native', BigInt(intent.fee))
  }
  for (const one of views) {
    if (!('amount' in one)) continue
    if (one.amount === undefined || one.asset === undefined) return undefined
    sums.set(one.asset, (sums.get(one.asset) ?? 0n) + one.amount)
  }
  let largest = 0n
  for (const sum of sums.values()) if (sum > largest) largest = sum
  return largest
}

/** What a rule names more closely than as raw use; `factsAllow` compares the names. */
const isPermitted = ({ lookupTables, nonceAccounts }: Criteria, effect: Effect): boolean => {
  if (effect.type !== 'unknown') return false
  if (effect.cause === 'lookup-table') return lookupTables !== undefined
  return effect.cause === 'durable-nonce' && nonceAccounts !== undefined
}

/** An allowing rule: every effect must be one that it names, within every bound. */
export const allows = (criteria: Criteria | undefined, subject: Subject): boolean => {
  const rules = criteria ?? {}
  const { intent } = subject
  if (!contextHolds(rules, subject)) return false
  const effects = rules.effects ?? defaultEffects
  const named = (effect: Effect) => effects.includes(effect.type) || isPermitted(rules, effect)
  if (!intent.effects.every(named)) return false
  const views = intent.effects.map(view)
  if (!views.every((one) => !('to' in one) || within(rules.to, one.to))) return false
  if (!views.every((one) => !('asset' in one) || within(rules.assets, one.asset))) return false
  if (!intent.effects.every((effect) => callsWithin(rules.selectors, effect))) return false
  if (rules.maxAmount !== undefined) {
    const largest = largestSum(subject, views, rules.maxFee)
    if (largest === undefined || largest > BigInt(rules.maxAmount)) return false
  }
  if (rules.maxFee !== undefined && intent.kind === 'transaction') {
    if (intent.fee === undefined || BigInt(intent.fee) > BigInt(rules.maxFee)) return false
  }
  return factsAllow(rules, subject)
}

/** A denying rule: one effect that it names is enough; what cannot be said counts as named. */
export const denies = (criteria: Criteria | undefined, subject: Subject): boolean => {
  const rules = criteria ?? {}
  if (!contextHolds(rules, subject) || !factsDeny(rules, subject)) return false
  const names = (list: readonly string[] | undefined, value: string | undefined): boolean =>
    list === undefined || value === undefined || includes(list, value)
  return subject.intent.effects.some((effect) => {
    const one = view(effect)
    if (rules.effects !== undefined && !rules.effects.includes(effect.type)) return false
    const called = effect.type === 'call' && names(rules.selectors, effect.selector)
    if (rules.selectors !== undefined && !called) return false
    if (rules.to !== undefined && !('to' in one && names(rules.to, one.to))) return false
    return !(rules.assets !== undefined && !('asset' in one && names(rules.assets, one.asset)))
  })
}
