import { AccountId, PersonId } from '@holdfast/base/ids'
import type { Effect } from '@holdfast/base/intent'
import type { Policy } from '@holdfast/base/policy'
import { describe, expect, it } from 'vitest'
import { evaluate } from './evaluate.ts'
import { account, policyOf, proof, transactionsAt, transferOf } from './testing/questions.ts'

const intent = transactionsAt('21000')

const verdict = (rules: Policy, effects: readonly Effect[], proofs = [proof('alice')]): string => {
  const answer = evaluate(rules, {
    operation: 'sign',
    proofs,
    subject: { intent: intent(effects), account },
  })
  return answer.ok ? `allowed by ${answer.value.rule}` : answer.refusal.code
}

const allow = 'allowed by rule-1'
const alice = `0x${'Aa'.repeat(20)}`
const mallory = `0x${'Ee'.repeat(20)}`

describe('a policy', () => {
  it('denies what no rule allows', () => {
    expect(verdict(policyOf(), [transferOf(alice, '1')])).toBe('policy_denied')
  })

  it('lets a deny win over every allow', () => {
    const rules = policyOf({}, { effect: 'deny', when: { to: [mallory] } })
    expect(verdict(rules, [transferOf(alice, '1')])).toBe(allow)
    expect(verdict(rules, [transferOf(alice, '1'), transferOf(mallory, '1')])).toBe('policy_denied')
  })

  it('denies an effect without a destination where a deny names destinations', () => {
    const rules = policyOf(
      { when: { effects: ['unknown', 'transfer'] } },
      { effect: 'deny', when: { to: [mallory] } },
    )
    expect(verdict(rules, [{ type: 'unknown', reason: 'x' }])).toBe('policy_denied')
  })

  it('allows only when every effect is within the rule', () => {
    const rules = policyOf({ when: { to: [alice] } })
    expect(verdict(rules, [transferOf(alice, '1')])).toBe(allow)
    expect(verdict(rules, [transferOf(alice, '1'), transferOf(mallory, '1')])).toBe('policy_denied')
  })

  it('takes a hexadecimal address in either case for one address', () => {
    expect(
      verdict(policyOf({ when: { to: [alice.toLowerCase()] } }), [transferOf(alice, '1')]),
    ).toBe(allow)
  })

  it('bounds the sum of one asset over all effects', () => {
    const rules = policyOf({ when: { maxAmount: '10', maxFee: '21000' } })
    expect(verdict(rules, [transferOf(alice, '6'), transferOf(mallory, '4')])).toBe(allow)
    expect(verdict(rules, [transferOf(alice, '6'), transferOf(mallory, '5')])).toBe('policy_denied')
    expect(verdict(rules, [transferOf(alice, '6'), transferOf(mallory, '5', 'token')])).toBe(allow)
  })

  it('counts approvals and the value of calls against the bound', () => {
    const when = {
      maxAmount: '10',
      maxFee: '21000',
      effects: ['approve' as const, 'call' as const],
    }
    const approve = (amount: string): Effect => ({
      type: 'approve',
      asset: 'token',
      spender: alice,
      amount,
    })
    expect(verdict(policyOf({ when }), [approve('10')])).toBe(allow)
    expect(verdict(policyOf({ when }), [approve('11')])).toBe('policy_denied')
    expect(verdict(policyOf({ when }), [{ type: 'call', to: alice, value: '11' }])).toBe(
      'policy_denied',
    )
  })

  it('allows calls, approvals, deployments and delegations only where they are named', () => {
    const effects: readonly Effect[] = [
      { type: 'call', to: alice, value: '0' },
      { type: 'approve', asset: 'token', spender: alice, amount: '0' },
      { type: 'deploy', value: '0' },
      { type: 'delegate', to: alice, network: '1' },
    ]
    for (const effect of effects) {
      expect(verdict(policyOf({}), [effect])).toBe('policy_denied')
      expect(verdict(policyOf({ when: { effects: [effect.type] } }), [effect])).toBe(allow)
    }
  })

  it('denies what cannot be decoded unless a rule names it without any bound', () => {
    const unknown: Effect = { type: 'unknown', reason: 'raw' }
    expect(verdict(policyOf({}), [unknown])).toBe('raw_use_denied')
    expect(verdict(policyOf({ when: { effects: ['unknown'] } }), [unknown])).toBe(allow)
    for (const bound of [{ to: [alice] }, { assets: ['native'] }, { maxAmount: '1' }]) {
      expect(verdict(policyOf({ when: { effects: ['unknown'], ...bound } }), [unknown])).toBe(
        'raw_use_denied',
      )
    }
  })

  it('keeps calls to the selectors that a rule names, and denies those that a denial names', () => {
    const call = (selector?: string): Effect => ({
      type: 'call',
      to: alice,
      value: '0',
      ...(selector === undefined ? {} : { selector }),
    })
    const when = { effects: ['call' as const, 'transfer' as const], selectors: ['aabbccdd'] }
    expect(verdict(policyOf({ when }), [call('aabbccdd')])).toBe(allow)
    expect(verdict(policyOf({ when }), [transferOf(alice, '1')])).toBe(allow)
    for (const other of [call('00112233'), call()]) {
      expect(verdict(policyOf({ when }), [call('aabbccdd'), other])).toBe('policy_denied')
    }
    const free = { when: { effects: ['call' as const, 'transfer' as const] } }
    const rules = policyOf(free, { effect: 'deny', when: { selectors: ['00112233'] } })
    expect(verdict(rules, [call('aabbccdd')])).toBe(allow)
    expect(verdict(rules, [transferOf(alice, '1')])).toBe(allow)
    for (const other of [call('00112233'), call()]) {
      expect(verdict(rules, [call('aabbccdd'), other])).toBe('policy_denied')
    }
  })

  it('bounds the fee, and refuses a transaction whose fee cannot be said', () => {
    const rules = policyOf({ when: { maxFee: '20999' } })
    expect(verdict(rules, [transferOf(alice, '1')])).toBe('policy_denied')
    const { fee: _fee, ...feeless } = intent([transferOf(alice, '1')])
    const answer = evaluate(policyOf({ when: { maxFee: '99999999' } }), {
      operation: 'sign',
      proofs: [proof('alice')],
      subject: { intent: feeless },
    })
    expect(answer.ok).toBe(false)
  })

  it('counts the fee against the bound, unless the rule bounds it by itself', () => {
    const when = { maxAmount: '21010' }
    expect(verdict(policyOf({ when }), [transferOf(alice, '10')])).toBe(allow)
    expect(verdict(policyOf({ when }), [transferOf(alice, '11')])).toBe('policy_denied')
    expect(verdict(policyOf({ when }), [transferOf(alice, '21010', 'token')])).toBe(allow)
    const { fee: _fee, ...feeless } = intent([transferOf(alice, '1')])
    const question = { operation: 'sign', proofs: [proof('alice')] } as const
    const answer = evaluate(policyOf({ when }), { ...question, subject: { intent: feeless } })
    expect(answer.ok).toBe(false)
  })

  it('keeps a rule to its chain, network and account', () => {
    const other = AccountId(`acc_${'2'.repeat(32)}`)
    const good = { chains: ['ethereum' as const], networks: ['1'], accounts: [account] }
    expect(verdict(policyOf({ when: good }), [transferOf(alice, '1')])).toBe(allow)
    expect(verdict(policyOf({ when: { chains: ['bitcoin'] } }), [transferOf(alice, '1')])).toBe(
      'policy_denied',
    )
    expect(verdict(policyOf({ when: { networks: ['5'] } }), [transferOf(alice, '1')])).toBe(
      'policy_denied',
    )
    expect(verdict(policyOf({ when: { accounts: [other] } }), [transferOf(alice, '1')])).toBe(
      'policy_denied',
    )
  })

  it('counts persons, not credentials, for a quorum', () => {
    const rules = policyOf({ quorum: 2 })
    const effects = [transferOf(alice, '1')]
    expect(verdict(rules, effects, [proof('alice'), proof('alice')])).toBe('quorum_not_met')
    expect(verdict(rules, effects, [proof('alice'), proof('bob')])).toBe(allow)
  })

  it('counts only the persons that a rule names', () => {
    const rules = policyOf({ persons: [PersonId('bob'), PersonId('carol')] })
    expect(verdict(rules, [transferOf(alice, '1')])).toBe('policy_denied')
    expect(verdict(rules, [transferOf(alice, '1')], [proof('bob')])).toBe(allow)
  })

  it('asks for a proof over the request where a session is not enough', () => {
    const effects = [transferOf(alice, '1')]
    expect(verdict(policyOf({}), effects, [proof('alice', 'api-key', 'session')])).toBe(
      'proof_required',
    )
    expect(
      verdict(policyOf({ proof: 'session' }), effects, [proof('alice', 'api-key', 'session')]),
    ).toBe(allow)
    expect(verdict(policyOf({ proof: 'session' }), effects)).toBe(allow)
  })

  it('allows nobody without a proof, whatever the rule', () => {
    expect(verdict(policyOf({ proof: 'session' }), [transferOf(alice, '1')], [])).toBe(
      'unauthenticated',
    )
  })

  it('applies no signing rule to other operations', () => {
    const answer = evaluate(policyOf({}), { operation: 'wallet.show', proofs: [proof('alice')] })
    expect(answer.ok).toBe(false)
    const any = policyOf({ operations: ['*'] })
    expect(evaluate(any, { operation: 'wallet.show', proofs: [proof('alice')] }).ok).toBe(true)
  })
})
