import { AccountId, CredentialId, PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Policy, Rule } from '@holdfast/base/policy'
import { describe, expect, it } from 'vitest'
import type { Proof } from '../credentials/verify-proofs.ts'
import { evaluate } from './evaluate.ts'

const proof = (person: string, over: Proof['over'] = 'request'): Proof => ({
  person: PersonId(person),
  credential: CredentialId(`crd_${'0'.repeat(32)}`),
  kind: 'api-key',
  over,
})

const policy = (...rules: readonly Partial<Rule>[]): Policy => ({
  format: 'holdfast policy v1',
  rules: rules.map((rule, index) => ({
    id: `rule-${index + 1}`,
    effect: 'allow',
    operations: ['sign'],
    ...rule,
  })),
})

const transfer = (to: string, amount: string, asset = 'native'): Effect => ({
  type: 'transfer',
  asset,
  to,
  amount,
})

const intent = (effects: readonly Effect[], rest: Partial<Intent> = {}): Intent => ({
  chain: 'ethereum',
  network: '1',
  kind: 'transaction',
  effects: [...effects],
  fee: '21000',
  details: {},
  ...rest,
})

const account = AccountId(`acc_${'1'.repeat(32)}`)

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
    expect(verdict(policy(), [transfer(alice, '1')])).toBe('policy_denied')
  })

  it('lets a deny win over every allow', () => {
    const rules = policy({}, { effect: 'deny', when: { to: [mallory] } })
    expect(verdict(rules, [transfer(alice, '1')])).toBe(allow)
    expect(verdict(rules, [transfer(alice, '1'), transfer(mallory, '1')])).toBe('policy_denied')
  })

  it('denies an effect without a destination where a deny names destinations', () => {
    const rules = policy(
      { when: { effects: ['unknown', 'transfer'] } },
      { effect: 'deny', when: { to: [mallory] } },
    )
    expect(verdict(rules, [{ type: 'unknown', reason: 'x' }])).toBe('policy_denied')
  })

  it('allows only when every effect is within the rule', () => {
    const rules = policy({ when: { to: [alice] } })
    expect(verdict(rules, [transfer(alice, '1')])).toBe(allow)
    expect(verdict(rules, [transfer(alice, '1'), transfer(mallory, '1')])).toBe('policy_denied')
  })

  it('takes a hexadecimal address in either case for one address', () => {
    expect(verdict(policy({ when: { to: [alice.toLowerCase()] } }), [transfer(alice, '1')])).toBe(
      allow,
    )
  })

  it('bounds the sum of one asset over all effects', () => {
    const rules = policy({ when: { maxAmount: '10', maxFee: '21000' } })
    expect(verdict(rules, [transfer(alice, '6'), transfer(mallory, '4')])).toBe(allow)
    expect(verdict(rules, [transfer(alice, '6'), transfer(mallory, '5')])).toBe('policy_denied')
    expect(verdict(rules, [transfer(alice, '6'), transfer(mallory, '5', 'token')])).toBe(allow)
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
    expect(verdict(policy({ when }), [approve('10')])).toBe(allow)
    expect(verdict(policy({ when }), [approve('11')])).toBe('policy_denied')
    expect(verdict(policy({ when }), [{ type: 'call', to: alice, value: '11' }])).toBe(
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
      expect(verdict(policy({}), [effect])).toBe('policy_denied')
      expect(verdict(policy({ when: { effects: [effect.type] } }), [effect])).toBe(allow)
    }
  })

  it('denies what cannot be decoded unless a rule names it without any bound', () => {
    const unknown: Effect = { type: 'unknown', reason: 'raw' }
    expect(verdict(policy({}), [unknown])).toBe('raw_use_denied')
    expect(verdict(policy({ when: { effects: ['unknown'] } }), [unknown])).toBe(allow)
    for (const bound of [{ to: [alice] }, { assets: ['native'] }, { maxAmount: '1' }]) {
      expect(verdict(policy({ when: { effects: ['unknown'], ...bound } }), [unknown])).toBe(
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
    expect(verdict(policy({ when }), [call('aabbccdd')])).toBe(allow)
    expect(verdict(policy({ when }), [transfer(alice, '1')])).toBe(allow)
    for (const other of [call('00112233'), call()]) {
      expect(verdict(policy({ when }), [call('aabbccdd'), other])).toBe('policy_denied')
    }
    const free = { when: { effects: ['call' as const, 'transfer' as const] } }
    const rules = policy(free, { effect: 'deny', when: { selectors: ['00112233'] } })
    expect(verdict(rules, [call('aabbccdd')])).toBe(allow)
    expect(verdict(rules, [transfer(alice, '1')])).toBe(allow)
    for (const other of [call('00112233'), call()]) {
      expect(verdict(rules, [call('aabbccdd'), other])).toBe('policy_denied')
    }
  })

  it('bounds the fee, and refuses a transaction whose fee cannot be said', () => {
    const rules = policy({ when: { maxFee: '20999' } })
    expect(verdict(rules, [transfer(alice, '1')])).toBe('policy_denied')
    const { fee: _fee, ...feeless } = intent([transfer(alice, '1')])
    const answer = evaluate(policy({ when: { maxFee: '99999999' } }), {
      operation: 'sign',
      proofs: [proof('alice')],
      subject: { intent: feeless },
    })
    expect(answer.ok).toBe(false)
  })

  it('counts the fee against the bound, unless the rule bounds it by itself', () => {
    const when = { maxAmount: '21010' }
    expect(verdict(policy({ when }), [transfer(alice, '10')])).toBe(allow)
    expect(verdict(policy({ when }), [transfer(alice, '11')])).toBe('policy_denied')
    expect(verdict(policy({ when }), [transfer(alice, '21010', 'token')])).toBe(allow)
    const { fee: _fee, ...feeless } = intent([transfer(alice, '1')])
    const question = { operation: 'sign', proofs: [proof('alice')] } as const
    const answer = evaluate(policy({ when }), { ...question, subject: { intent: feeless } })
    expect(answer.ok).toBe(false)
  })

  it('keeps a rule to its chain, network and account', () => {
    const other = AccountId(`acc_${'2'.repeat(32)}`)
    const good = { chains: ['ethereum' as const], networks: ['1'], accounts: [account] }
    expect(verdict(policy({ when: good }), [transfer(alice, '1')])).toBe(allow)
    expect(verdict(policy({ when: { chains: ['bitcoin'] } }), [transfer(alice, '1')])).toBe(
      'policy_denied',
    )
    expect(verdict(policy({ when: { networks: ['5'] } }), [transfer(alice, '1')])).toBe(
      'policy_denied',
    )
    expect(verdict(policy({ when: { accounts: [other] } }), [transfer(alice, '1')])).toBe(
      'policy_denied',
    )
  })

  it('counts persons, not credentials, for a quorum', () => {
    const rules = policy({ quorum: 2 })
    const effects = [transfer(alice, '1')]
    expect(verdict(rules, effects, [proof('alice'), proof('alice')])).toBe('quorum_not_met')
    expect(verdict(rules, effects, [proof('alice'), proof('bob')])).toBe(allow)
  })

  it('counts only the persons that a rule names', () => {
    const rules = policy({ persons: [PersonId('bob'), PersonId('carol')] })
    expect(verdict(rules, [transfer(alice, '1')])).toBe('policy_denied')
    expect(verdict(rules, [transfer(alice, '1')], [proof('bob')])).toBe(allow)
  })

  it('asks for a proof over the request where a session is not enough', () => {
    const effects = [transfer(alice, '1')]
    expect(verdict(policy({}), effects, [proof('alice', 'session')])).toBe('proof_required')
    expect(verdict(policy({ proof: 'session' }), effects, [proof('alice', 'session')])).toBe(allow)
    expect(verdict(policy({ proof: 'session' }), effects)).toBe(allow)
  })

  it('allows nobody without a proof, whatever the rule', () => {
    expect(verdict(policy({ proof: 'session' }), [transfer(alice, '1')], [])).toBe(
      'unauthenticated',
    )
  })

  it('applies no signing rule to other operations', () => {
    const answer = evaluate(policy({}), { operation: 'wallet.show', proofs: [proof('alice')] })
    expect(answer.ok).toBe(false)
    const any = policy({ operations: ['*'] })
    expect(evaluate(any, { operation: 'wallet.show', proofs: [proof('alice')] }).ok).toBe(true)
  })
})
