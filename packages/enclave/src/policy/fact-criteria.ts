/** Criteria on what a transaction says besides its effects: calls, fields, fee rate, programs. */
import type { Intent } from '@holdfast/base/intent'
import type { Criteria } from '@holdfast/base/policy'
import type { CallCriterion, TypedDataCriterion } from '@holdfast/base/policy-conditions'
import type { CallFact, Facts, TypedDataFact } from '../signing/facts.ts'
import { allHold, someHold } from './conditions.ts'
import { includes, within } from './same.ts'

type Asked = { readonly intent: Intent; readonly facts?: Facts }

const isOf = ({ to, selector }: CallCriterion, call: CallFact): boolean =>
  call.selector === selector && (to === undefined || includes(to, call.to))

const isNamedCall = (calls: readonly CallCriterion[], call: CallFact): boolean =>
  calls.some((one) => {
    if (!isOf(one, call)) return false
    const read = call.read(one.method)
    return read !== undefined && allHold(read, one.where)
  })

/** Arguments that are not canonical could mean anything to the contract. */
const isDeniedCall = (calls: readonly CallCriterion[], call: CallFact): boolean =>
  calls.some((one) => {
    if (!isOf(one, call)) return false
    const read = call.read(one.method)
    return read === undefined || someHold(read, one.where)
  })

const domainHolds = ({ domain }: TypedDataCriterion, fact: TypedDataFact): boolean =>
  domain === undefined ||
  Object.entries(domain).every(([field, value]) => {
    const said = Object.hasOwn(fact.domain, field) ? fact.domain[field] : undefined
    return said === (field === 'verifyingContract' ? value.toLowerCase() : value)
  })

const isTyped =
  (hold: typeof allHold, fact: TypedDataFact) =>
  (one: TypedDataCriterion): boolean =>
    (one.type === undefined || one.type === fact.type) &&
    domainHolds(one, fact) &&
    hold(fact.message, one.where)

const rateHolds = (maxFeeRate: string, { feeRate }: Facts): boolean =>
  feeRate !== undefined && feeRate.fee <= BigInt(maxFeeRate) * feeRate.size

const allWithin = (
  listed: readonly string[] | undefined,
  values: readonly string[] | undefined,
): boolean =>
  listed === undefined || (values !== undefined && values.every((one) => listed.includes(one)))

const callsAllowed = (calls: readonly CallCriterion[], { intent, facts }: Asked): boolean =>
  facts?.calls === undefined
    ? !intent.effects.some(({ type }) => type === 'call')
    : facts.calls.every((call) => isNamedCall(calls, call))

/** An allowing rule: what it asks must be said, and must hold for all of it. */
export const factsAllow = (rules: Criteria, asked: Asked): boolean => {
  const facts = asked.facts ?? {}
  const { calls, typedData, maxFeeRate, lookupTables, nonceAccounts } = rules
  if (calls !== undefined && !callsAllowed(calls, asked)) return false
  if (typedData !== undefined) {
    const fact = facts.typedData
    if (fact === undefined || !typedData.some(isTyped(allHold, fact))) return false
  }
  const paid = asked.intent.kind === 'transaction'
  if (maxFeeRate !== undefined && paid && !rateHolds(maxFeeRate, facts)) return false
  if (!allWithin(rules.sighashes, facts.sighashes)) return false
  if (!allWithin(rules.programs, facts.solana?.programs)) return false
  if (!allWithin(lookupTables, facts.solana?.lookupTables)) return false
  if (nonceAccounts === undefined) return true
  if (facts.solana === undefined) return false
  return !isDurable(asked.intent) || within(nonceAccounts, facts.solana.nonceAccount)
}

const isDurable = ({ effects }: Intent): boolean =>
  effects.some((effect) => effect.type === 'unknown' && effect.cause === 'durable-nonce')

/** A denying rule: one that it names is enough, and so is what cannot be said. */
export const factsDeny = (rules: Criteria, { intent, facts = {} }: Asked): boolean => {
  const obscure = intent.effects.some(
    (effect) => effect.type === 'unknown' && effect.cause === undefined,
  )
  const names = (
    listed: readonly string[] | undefined,
    values: readonly string[] | undefined,
  ): boolean =>
    listed === undefined ||
    (values === undefined ? obscure : values.some((one) => listed.includes(one)))
  const { calls, typedData } = rules
  if (calls !== undefined) {
    const said = facts.calls?.some((call) => isDeniedCall(calls, call))
    if (said !== true && !obscure) return false
  }
  if (typedData !== undefined) {
    const fact = facts.typedData
    const said = fact === undefined ? obscure : typedData.some(isTyped(someHold, fact))
    if (!said) return false
  }
  const { solana } = facts
  return (
    names(rules.sighashes, facts.sighashes) &&
    names(rules.programs, solana?.programs) &&
    names(rules.lookupTables, solana?.lookupTables) &&
    (rules.nonceAccounts === undefined || nonceDenied(rules.nonceAccounts, intent, facts, obscure))
  )
}

const nonceDenied = (
  listed: readonly string[],
  intent: Intent,
  { solana }: Facts,
  obscure: boolean,
): boolean => {
  if (solana === undefined) return obscure
  const { nonceAccount } = solana
  return isDurable(intent) && (nonceAccount === undefined || listed.includes(nonceAccount))
}
