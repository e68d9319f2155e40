import { CredentialId, PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Rule } from '@holdfast/base/policy'
import type { Limit } from '@holdfast/base/policy-limits'
import { describe, expect, it } from 'vitest'
import { evaluate } from '../policy/evaluate.ts'
import { transactionsAt, transferOf } from '../policy/testing/questions.ts'
import { limitAmounts } from './amounts.ts'

const hourMs = 3_600_000
const token = '0xAb00000000000000000000000000000000000001'
const transfer = (asset: string, amount: string) => transferOf('0x01', amount, asset)
const intentOf = transactionsAt('5')
const value = (asset: string, rest: object = {}): Limit => ({
  type: 'value',
  chain: 'ethereum',
  asset,
  amount: '100',
  windowMs: hourMs,
  ...rest,
})
const ruleOf = (...limits: readonly Limit[]): Rule => ({
  id: 'daily',
  effect: 'allow',
  operations: ['sign'],
  limits: [...limits],
})
const amounts = (rule: Rule, intent: Intent) =>
  limitAmounts(rule, intent)?.map(({ amount }) => amount)

describe('what a transaction counts', () => {
  it('is the sum of what it moves of the asset, and the fee of the coin', () => {
    const effects = [transfer('native', '10'), transfer('native', '20')]
    expect(amounts(ruleOf(value('native')), intentOf(effects))).toEqual([35n])
  })

  it('leaves the fee to the rule that bounds it by itself', () => {
    const rule = { ...ruleOf(value('native')), when: { maxFee: '10' } }
    expect(amounts(rule, intentOf([transfer('native', '10')]))).toEqual([10n])
  })

  it('counts what is approved and what calls carry', () => {
    const approve: Effect = { type: 'approve', asset: token, spender: '0x02', amount: '7' }
    const call: Effect = { type: 'call', to: '0x03', value: '2' }
    const rule = ruleOf(value('native'), value(token.toLowerCase()))
    expect(amounts(rule, intentOf([approve, call]))).toEqual([7n, 7n])
  })

  it('cannot be said where an asset moves that no limit names', () => {
    const rule = { ...ruleOf(value(token)), when: { maxFee: '10' } }
    expect(amounts(rule, intentOf([transfer(token, '1')]))).toEqual([1n])
    expect(amounts(rule, intentOf([transfer('0x99', '1')]))).toBeUndefined()
    expect(amounts(ruleOf(value(token)), intentOf([transfer(token, '1')]))).toBeUndefined()
  })

  it('cannot be said on another chain or network than the limit names', () => {
    const effects = [transfer('native', '1')]
    const rule = ruleOf(value('native', { network: '1' }))
    expect(amounts(rule, intentOf(effects))).toEqual([6n])
    expect(amounts(rule, intentOf(effects, { network: '10' }))).toBeUndefined()
    expect(amounts(rule, intentOf(effects, { chain: 'bitcoin' }))).toBeUndefined()
  })

  it('cannot be said of a delegation, of what is not decoded, and of an unknown fee', () => {
    const rule = ruleOf(value('native'))
    const unknown: Effect = { type: 'unknown', reason: 'raw' }
    const delegate: Effect = { type: 'delegate', to: '0x01', network: '1' }
    for (const effect of [unknown, delegate]) {
      expect(amounts(rule, intentOf([effect]))).toBeUndefined()
    }
    const { fee, ...feeless } = intentOf([transfer('native', '1')])
    expect(fee).toBeDefined()
    expect(amounts(rule, feeless)).toBeUndefined()
  })

  it('is one signature, whatever it moves, for a limit of signatures', () => {
    const rule = ruleOf({ type: 'signatures', count: 3, windowMs: hourMs })
    expect(amounts(rule, intentOf([{ type: 'unknown', reason: 'raw' }]))).toEqual([1n])
  })
})

describe('a rule with limits', () => {
  const proof = {
    person: PersonId('ada'),
    credential: CredentialId(`crd_${'0'.repeat(32)}`),
    kind: 'api-key' as const,
    over: 'request' as const,
  }
  const policy = (rule: Rule) => ({ format: 'holdfast policy v1' as const, rules: [rule] })

  it('allows nothing but signatures, whatever operations it names', () => {
    const counted = ruleOf({ type: 'signatures', count: 3, windowMs: hourMs })
    for (const rule of [counted, { ...ruleOf(), once: true as const }]) {
      const { limits, ...rest } = rule
      const all = limits?.length === 0 ? rest : rule
      const answer = evaluate(policy({ ...all, operations: ['*'] }), {
        operation: 'credential.remove',
        proofs: [proof],
      })
      expect(answer.ok).toBe(false)
    }
  })

  it('does not allow what its limits cannot count', () => {
    const subject = { intent: intentOf([transfer('0x99', '1')]) }
    const question = { operation: 'sign' as const, proofs: [proof], subject }
    expect(evaluate(policy(ruleOf(value('native'))), question).ok).toBe(false)
    expect(evaluate(policy(ruleOf(value('native'), value('0x99'))), question).ok).toBe(true)
  })

  it('allows nothing more once it is spent', () => {
    const subject = { intent: intentOf([transfer('native', '1')]) }
    const question = { operation: 'sign' as const, proofs: [proof], subject }
    const spent = new Set(['daily'])
    expect(evaluate(policy(ruleOf(value('native'))), { ...question, spent }).ok).toBe(false)
  })
})
