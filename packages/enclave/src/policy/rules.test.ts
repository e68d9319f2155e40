import { PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Criteria, Policy, Rule } from '@holdfast/base/policy'
import { describe, expect, it } from 'vitest'
import { evaluate, needsOf, type PolicyQuestion } from './evaluate.ts'
import { account, policyOf, proof, transactionsAt, transferOf } from './testing/questions.ts'

const persons = (...names: readonly string[]) => names.map(PersonId)

const address = `0x${'Aa'.repeat(20)}`
const other = `0x${'Bb'.repeat(20)}`
const pay = (amount = '1', asset = 'native', to = address) => transferOf(to, amount, asset)
const intentOf = transactionsAt('3')

type Asked = Partial<Omit<PolicyQuestion, 'subject'>> & { readonly intent?: Intent | undefined }
const questionOf = ({ intent, ...rest }: Asked): PolicyQuestion => ({
  operation: 'sign',
  proofs: [proof('alice')],
  ...rest,
  ...(intent === undefined ? {} : { subject: { intent, account } }),
})
const signs = (policy: Policy, asked: Asked = {}) =>
  evaluate(policy, questionOf({ intent: intentOf([pay()]), ...asked }))
const said = (policy: Policy, asked: Asked = {}): string => {
  const answer = signs(policy, asked)
  return answer.ok ? answer.value.rule : answer.refusal.code
}

describe('who a rule counts', () => {
  it('are persons who gave every kind that it wants of each', () => {
    const both = policyOf({ allKinds: ['passkey', 'password'] })
    expect(said(both)).toBe('policy_denied')
    expect(said(both, { proofs: [proof('alice', 'passkey')] })).toBe('policy_denied')
    const two = [proof('alice', 'passkey'), proof('alice', 'password')]
    expect(said(both, { proofs: two })).toBe('rule-1')
    const apart = [proof('alice', 'passkey'), proof('bob', 'password')]
    expect(said(both, { proofs: apart })).toBe('policy_denied')
    const quorum = policyOf({ allKinds: ['passkey', 'password'], quorum: 2 })
    expect(said(quorum, { proofs: [...two, proof('bob', 'passkey')] })).toBe('quorum_not_met')
    const four = [...two, proof('bob', 'passkey'), proof('bob', 'password')]
    expect(said(quorum, { proofs: four })).toBe('rule-1')
  })

  it('are counted once, and named in the answer', () => {
    const answer = signs(policyOf({ quorum: 2, persons: persons('alice', 'bob') }), {
      proofs: [proof('alice'), proof('alice', 'passkey'), proof('eve'), proof('bob')],
    })
    expect(answer).toEqual({ ok: true, value: { rule: 'rule-1', persons: ['alice', 'bob'] } })
    expect(said(policyOf({ quorum: 2 }), { proofs: [proof('alice'), proof('alice')] })).toBe(
      'quorum_not_met',
    )
  })

  it('say in a refusal what is missing, and by which rule', () => {
    const refusals = [
      signs(policyOf({ id: 'two', quorum: 2 })),
      signs(policyOf({ id: 'fresh' }), { proofs: [proof('alice', 'api-key', 'session')] }),
      signs(policyOf(), { proofs: [] }),
      signs(policyOf()),
      signs(policyOf({}, { id: 'no', effect: 'deny' })),
      signs(policyOf(), { intent: intentOf([{ type: 'unknown', reason: 'x' }]) }),
    ].map((answer) => (answer.ok ? [] : [answer.refusal.code, answer.refusal.subject]))
    expect(refusals).toEqual([
      ['quorum_not_met', 'two'],
      ['proof_required', 'fresh'],
      ['unauthenticated', undefined],
      ['policy_denied', undefined],
      ['policy_denied', 'no'],
      ['raw_use_denied', undefined],
    ])
    const told = [
      [signs(policyOf({ quorum: 2 })), '2 persons must authorise this, 1 did'],
      [
        signs(policyOf({}), { proofs: [proof('alice', 'api-key', 'session')] }),
        'this needs a proof over the request itself',
      ],
      [signs(policyOf(), { proofs: [] }), 'the request carries no proof of a person'],
      [signs(policyOf()), 'no rule of the policy allows this'],
      [signs(policyOf({ effect: 'deny' })), 'a rule of the policy denies this'],
      [
        signs(policyOf(), { intent: intentOf([{ type: 'unknown', reason: 'x' }]) }),
        'what would be signed cannot be decoded: no rule allows that',
      ],
    ] as const
    for (const [answer, detail] of told) expect(answer).toMatchObject({ refusal: { detail } })
  })

  it('are asked for fresh proofs rather than for more persons, where both would do', () => {
    const session = [proof('alice', 'api-key', 'session'), proof('bob')]
    expect(said(policyOf({ quorum: 2 }), { proofs: session })).toBe('proof_required')
    const first = policyOf({ id: 'first', quorum: 3 }, { id: 'second', quorum: 2 })
    const answer = signs(first, { proofs: [proof('bob')] })
    expect(answer).toMatchObject({ refusal: { code: 'quorum_not_met', subject: 'first' } })
  })
})

describe('a rule that denies', () => {
  const deny = (rule: Partial<Rule>) => policyOf({}, { effect: 'deny', ...rule })

  it('is for the persons and kinds that it names, for everybody where it names none', () => {
    expect(said(deny({}))).toBe('policy_denied')
    expect(said(deny({ persons: persons('bob') }))).toBe('rule-1')
    expect(said(deny({ persons: persons('alice') }))).toBe('policy_denied')
    expect(said(deny({ kinds: ['passkey'] }))).toBe('rule-1')
    expect(said(deny({ kinds: ['api-key'] }))).toBe('policy_denied')
    expect(said(deny({ persons: persons('alice'), kinds: ['passkey'] }))).toBe('rule-1')
    // Whoever proves nothing is denied too, but not by a rule that names somebody else.
    const nobody = signs(deny({}), { proofs: [] })
    expect(nobody).toMatchObject({ refusal: { code: 'policy_denied', subject: 'rule-2' } })
    expect(said(deny({ persons: persons('bob') }), { proofs: [] })).toBe('unauthenticated')
  })

  it('is for its operations, and with criteria only for what is signed', () => {
    const show = { operation: 'wallet.show', intent: undefined } as const
    const all = { operations: ['*' as const] }
    const see: Partial<Rule> = { ...all, effect: 'allow' }
    const ask = (rule: Partial<Rule>) => said(policyOf(see, { effect: 'deny', ...rule }), show)
    expect(ask({ operations: ['sign'] })).toBe('rule-1')
    expect(ask(all)).toBe('policy_denied')
    expect(ask({ operations: ['wallet.show'] })).toBe('policy_denied')
    expect(ask({ ...all, when: { to: [address] } })).toBe('rule-1')
  })

  it('allows nothing where it does not deny', () => {
    const { fee: _fee, ...message } = intentOf([{ type: 'message' }], { kind: 'message' })
    const rule = policyOf({ effect: 'deny', when: { to: [other] } })
    expect(said(rule, { intent: message })).toBe('policy_denied')
    expect(signs(rule, { intent: message })).not.toHaveProperty('refusal.subject')
  })

  const denied = (when: Criteria, ...effects: readonly Effect[]) =>
    said(
      policyOf(
        { when: { effects: ['transfer', 'call', 'approve', 'deploy', 'message', 'unknown'] } },
        { effect: 'deny', when },
      ),
      { intent: intentOf(effects) },
    ) === 'policy_denied'

  it('names effects by their type, their destination and their asset, all of one effect', () => {
    expect(denied({ effects: ['transfer'] }, pay())).toBe(true)
    expect(denied({ effects: ['approve'] }, pay())).toBe(false)
    expect(denied({ assets: ['native'] }, pay())).toBe(true)
    expect(denied({ assets: ['token'] }, pay())).toBe(false)
    expect(denied({ to: [address] }, pay())).toBe(true)
    expect(denied({ to: [other] }, pay())).toBe(false)
    expect(denied({ to: [address], assets: ['token'] }, pay())).toBe(false)
    expect(denied({ to: [address], assets: ['token'] }, pay(), pay('1', 'token', other))).toBe(
      false,
    )
    expect(denied({ to: [address], assets: ['native'] }, pay('1', 'token'), pay())).toBe(true)
    expect(denied({ chains: ['bitcoin'] }, pay())).toBe(false)
  })

  it('takes what cannot be said for named, and what moves nothing for not', () => {
    expect(denied({ assets: ['token'] }, { type: 'unknown', reason: 'x' })).toBe(true)
    expect(denied({ to: [other] }, { type: 'unknown', reason: 'x' })).toBe(true)
    expect(denied({ to: [other] }, { type: 'deploy', value: '0' })).toBe(true)
    expect(denied({ assets: ['token'] }, { type: 'deploy', value: '0' })).toBe(false)
    expect(denied({ effects: ['message'] }, { type: 'message' })).toBe(true)
    expect(denied({ to: [other] }, { type: 'message' })).toBe(false)
    expect(denied({ assets: ['native'] }, { type: 'message' })).toBe(false)
    expect(denied({ assets: ['native'] }, { type: 'call', to: other, value: '0' })).toBe(true)
    const nonce: Effect = { type: 'unknown', reason: 'x', cause: 'durable-nonce' }
    expect(denied({ to: [other], effects: ['unknown'] }, nonce)).toBe(false)
    const lookup: Effect = { type: 'unknown', reason: 'x', cause: 'lookup-table' }
    expect(denied({ to: [other] }, lookup)).toBe(true)
  })
})

describe('what an allowing rule bounds', () => {
  const allowed = (when: Criteria, effects: readonly Effect[], rest: Partial<Intent> = {}) =>
    said(policyOf({ when }), { intent: intentOf(effects, rest) }) === 'rule-1'
  const order: Effect = {
    type: 'order',
    asset: 'token',
    amount: '5',
    to: address,
    receives: [{ asset: 'native', amount: '1' }],
  }
  const call: Effect = { type: 'call', to: address, value: '5', selector: 'aabbccdd' }
  const deploy: Effect = { type: 'deploy', value: '5' }
  const delegate: Effect = { type: 'delegate', to: address, network: '1' }

  it.each([
    ['a transfer', pay('5', 'token'), 'token'],
    ['an approval', { type: 'approve', asset: 'token', spender: address, amount: '5' }, 'token'],
    ['an order', order, 'token'],
    ['a call', call, 'native'],
  ] as const)('is the destination, the asset and the amount of %s', (_name, effect, asset) => {
    const effects = [effect.type]
    const fee = asset === 'native' ? { maxFee: '3' } : {}
    expect(allowed({ effects, to: [address] }, [effect])).toBe(true)
    expect(allowed({ effects, to: [other] }, [effect])).toBe(false)
    expect(allowed({ effects, assets: [asset] }, [effect])).toBe(true)
    expect(allowed({ effects, assets: ['other'] }, [effect])).toBe(false)
    expect(allowed({ effects, maxAmount: '5', ...fee }, [effect])).toBe(true)
    expect(allowed({ effects, maxAmount: '4', ...fee }, [effect])).toBe(false)
  })

  it('is the value of a deployment, which has no destination', () => {
    const effects = ['deploy' as const]
    expect(allowed({ effects, maxAmount: '5', maxFee: '3' }, [deploy])).toBe(true)
    expect(allowed({ effects, maxAmount: '4', maxFee: '3' }, [deploy])).toBe(false)
    expect(allowed({ effects, assets: ['native'] }, [deploy])).toBe(true)
    expect(allowed({ effects, to: [address] }, [deploy])).toBe(false)
  })

  it('is whom an account is delegated to, whose worth nobody can bound', () => {
    const effects = ['delegate' as const]
    expect(allowed({ effects, to: [address] }, [delegate])).toBe(true)
    expect(allowed({ effects, to: [other] }, [delegate])).toBe(false)
    expect(allowed({ effects, assets: ['native'] }, [delegate])).toBe(false)
    expect(allowed({ effects, maxAmount: '9' }, [delegate])).toBe(false)
  })

  it('is nothing of a message', () => {
    const message: Partial<Intent> = { kind: 'message' }
    const { fee: _fee, ...free } = intentOf([{ type: 'message' }], message)
    const bounds = { to: [address], assets: ['token'], maxAmount: '0', maxFee: '0' }
    expect(said(policyOf({ when: bounds }), { intent: free })).toBe('rule-1')
    const { maxFee: _maxFee, ...unpaid } = bounds
    expect(said(policyOf({ when: unpaid }), { intent: free })).toBe('rule-1')
    const paid = { ...free, fee: '9' }
    expect(said(policyOf({ when: bounds }), { intent: paid })).toBe('rule-1')
  })

  it('holds for each effect, not for one of them', () => {
    const two = [pay('1', 'token'), pay('1', 'native')]
    expect(allowed({ assets: ['token', 'native'] }, two)).toBe(true)
    expect(allowed({ assets: ['token'] }, two)).toBe(false)
    expect(allowed({ to: [address] }, [pay(), pay('1', 'native', other)])).toBe(false)
    expect(allowed({ effects: ['transfer'] }, [pay(), call])).toBe(false)
    const selectors = ['aabbccdd']
    expect(allowed({ effects: ['call'], selectors }, [call])).toBe(true)
    expect(
      allowed({ effects: ['call'], selectors }, [{ type: 'call', to: address, value: '0' }]),
    ).toBe(false)
  })

  it('sums each asset by itself, with the fee as the coin unless that has a bound', () => {
    expect(allowed({ maxAmount: '4' }, [pay('1')])).toBe(true)
    expect(allowed({ maxAmount: '3' }, [pay('1')])).toBe(false)
    expect(allowed({ maxAmount: '3', maxFee: '3' }, [pay('1')])).toBe(true)
    expect(allowed({ maxAmount: '9', maxFee: '2' }, [pay('1')])).toBe(false)
    const three = [pay('9', 'token'), pay('2', 'other'), pay('1', 'token')]
    expect(allowed({ maxAmount: '10' }, three)).toBe(true)
    expect(allowed({ maxAmount: '9' }, three)).toBe(false)
    const message = { kind: 'typed-data' } as const
    expect(allowed({ maxAmount: '1' }, [pay('1', 'token')], message)).toBe(true)
    const smaller = [pay('9', 'token'), pay('1', 'other')]
    expect(allowed({ maxAmount: '8' }, smaller)).toBe(false)
  })

  it('is a list in which one value is enough', () => {
    expect(allowed({ to: [other, address] }, [pay()])).toBe(true)
    expect(allowed({ networks: ['5', '1'] }, [pay()])).toBe(true)
    expect(allowed({ assets: ['NATIVE'] }, [pay()])).toBe(false)
    expect(allowed({ to: [address.toLowerCase()] }, [pay()])).toBe(true)
  })
})

describe('a rule that counts', () => {
  const limit = {
    type: 'value' as const,
    chain: 'ethereum' as const,
    asset: 'native',
    amount: '10',
    windowMs: 60_000,
  }
  const counted = policyOf({ limits: [limit] })

  it('allows what its limits can count, while something is left', () => {
    expect(said(counted)).toBe('rule-1')
    expect(said(counted, { intent: intentOf([pay('1', 'token')]) })).toBe('policy_denied')
    expect(said(counted, { spent: new Set(['rule-1']) })).toBe('policy_denied')
    expect(said(counted, { spent: new Set(['rule-2']) })).toBe('rule-1')
  })

  it('allows signatures and nothing else', () => {
    const show = { operation: 'wallet.show', intent: undefined } as const
    const all = { operations: ['*' as const] }
    expect(said(policyOf({ ...all, limits: [limit] }), show)).toBe('policy_denied')
    expect(said(policyOf({ ...all, once: true }), show)).toBe('policy_denied')
    expect(said(policyOf(all), show)).toBe('rule-1')
    expect(said(policyOf({ ...all, when: {} }), show)).toBe('policy_denied')
  })
})

describe('what is still needed', () => {
  const needs = (policy: Policy, asked: Asked = {}) =>
    needsOf(policy, questionOf({ intent: intentOf([pay()]), ...asked }))

  it('is said for each rule that could allow it, with who has spoken', () => {
    const policy = policyOf(
      { quorum: 2, persons: persons('alice', 'bob') },
      { when: { to: [other] } },
      { operations: ['wallet.show'] },
      { effect: 'deny', when: { to: [other] } },
      {},
    )
    expect(needs(policy)).toStrictEqual([
      { rule: 'rule-1', quorum: 2, persons: ['alice', 'bob'], have: ['alice'] },
      { rule: 'rule-5', quorum: 1, have: ['alice'] },
    ])
  })

  it('is nothing where a rule denies, or none is of it', () => {
    expect(needs(policyOf({}, { effect: 'deny' }))).toEqual([])
    expect(needs(policyOf({ effect: 'deny' }, {}))).toEqual([])
    expect(needs(policyOf({ when: { to: [other] } }))).toEqual([])
  })
})
