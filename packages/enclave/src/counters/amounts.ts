/** What a decoded transaction counts against the limits of a rule. */
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Rule } from '@holdfast/base/policy'
import type { Limit } from '@holdfast/base/policy-limits'

type Movement = { readonly asset: string; readonly amount: bigint }

/** Undefined where it cannot be said what leaves. */
const movementOf = (effect: Effect): readonly Movement[] | undefined => {
  switch (effect.type) {
    case 'transfer':
    case 'approve':
    case 'order':
      return [{ asset: effect.asset, amount: BigInt(effect.amount) }]
    case 'call':
    case 'deploy':
      return [{ asset: 'native', amount: BigInt(effect.value) }]
    case 'message':
      return []
    case 'unknown':
      return effect.cause === 'durable-nonce' ? [] : undefined
    default:
      return undefined
  }
}

const sameAsset = (left: string, right: string): boolean =>
  left === right || (left.startsWith('0x') && left.toLowerCase() === right.toLowerCase())

const movementsOf = (intent: Intent, rule: Rule): readonly Movement[] | undefined => {
  const movements: Movement[] = []
  for (const effect of intent.effects) {
    const moved = movementOf(effect)
    if (moved === undefined) return undefined
    movements.push(...moved)
  }
  if (intent.kind === 'transaction' && rule.when?.maxFee === undefined) {
    if (intent.fee === undefined) return undefined
    movements.push({ asset: 'native', amount: BigInt(intent.fee) })
  }
  return movements.filter(({ amount }) => amount > 0n)
}

const concerns = (limit: Limit, intent: Intent, asset: string): boolean =>
  limit.type === 'value' &&
  limit.chain === intent.chain &&
  (limit.network === undefined || limit.network === intent.network) &&
  sameAsset(limit.asset, asset)

export type LimitAmount = { readonly limit: Limit; readonly amount: bigint }

/**
 * What the intent counts against each limit of the rule. Undefined where a limit of value cannot
 * count it: something moves whose amount is not known, or which no limit of the rule names. Such a
 * rule does not allow.
 */
export const limitAmounts = (rule: Rule, intent: Intent): readonly LimitAmount[] | undefined => {
  const limits = rule.limits ?? []
  const signatures = limits
    .filter((limit) => limit.type === 'signatures')
    .map((limit) => ({ limit, amount: 1n }))
  const values = limits.filter((limit) => limit.type === 'value')
  if (values.length === 0) return signatures
  const movements = movementsOf(intent, rule)
  if (movements === undefined) return undefined
  const isNamed = ({ asset }: Movement): boolean =>
    values.some((limit) => concerns(limit, intent, asset))
  if (!movements.every(isNamed)) return undefined
  const amounts = values.map((limit) => ({
    limit,
    amount: movements
      .filter(({ asset }) => concerns(limit, intent, asset))
      .reduce((sum, { amount }) => sum + amount, 0n),
  }))
  return [...signatures, ...amounts.filter(({ amount }) => amount > 0n)]
}

/** Whether the rule is one that is charged, or asks for `once`. */
export const isCounted = (rule: Rule): boolean => rule.limits !== undefined || rule.once === true
