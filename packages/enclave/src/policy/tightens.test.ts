import { fromHex } from '@holdfast/base/bytes'
import { AccountId, CredentialId, PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import { tightens } from '@holdfast/base/policies/compare'
import {
  type Criteria,
  type Policy,
  policy as policySchema,
  type Rule,
} from '@holdfast/base/policy'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Proof } from '../credentials/verify-proofs.ts'
import { callFact } from '../signing/ethereum/call-fact.ts'
import type { Facts } from '../signing/facts.ts'
import { evaluate, type PolicyQuestion } from './evaluate.ts'

const some = <Value>(...values: readonly Value[]) =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: values.length })
const maybe = { requiredKeys: [] as never[], noNullPrototype: true }

const addresses = ['0xaa', '0xbb'] as const
const effectTypes = ['transfer', 'approve', 'call', 'message', 'unknown'] as const
const calls = [
  { method: 'stop()', selector: '07da68f5' },
  { method: 'go(uint8 speed)', selector: '00112233' },
  { method: 'go(uint8 speed)', selector: '00112233', where: [{ field: 'speed', max: '5' }] },
]
const typedData = [
  { type: 'A(uint8 a)' },
  { domain: { name: 'x' } },
  { type: 'A(uint8 a)', where: [{ field: 'a', in: ['1', '2'] }] },
]
const criteria = fc.record(
  {
    chains: some('ethereum', 'solana'),
    kinds: some('transaction', 'message'),
    to: some(...addresses),
    assets: some('native', 'token'),
    selectors: some('aabbccdd', '00112233'),
    maxAmount: fc.constantFrom('0', '5', '10'),
    maxFee: fc.constantFrom('0', '3'),
    // In the order of the schema: denials are compared as they are written.
    maxFeeRate: fc.constantFrom('1', '4'),
    calls: some(...calls),
    typedData: some(...typedData),
    sighashes: some('ALL', 'DEFAULT'),
    programs: some('sys', 'tok'),
    lookupTables: some('tab', 'two'),
    nonceAccounts: some('non', 'two'),
    effects: some(...effectTypes),
  },
  maybe,
)
const person = fc.constantFrom('alice', 'bob', 'carol').map(PersonId)
const rule: fc.Arbitrary<Omit<Rule, 'id'>> = fc
  .record(
    {
      effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
      operations: some('sign', 'wallet.show', '*'),
      persons: fc.uniqueArray(person, { minLength: 1 }),
      kinds: some('api-key', 'tls-certificate'),
      quorum: fc.constantFrom(1, 2),
      proof: fc.constantFrom('session', 'request'),
      when: criteria,
    },
    { requiredKeys: ['effect', 'operations'], noNullPrototype: true },
  )
  .map((made) => made as Omit<Rule, 'id'>)
const policy: fc.Arbitrary<Policy> = fc.array(rule, { maxLength: 4 }).map((rules) => ({
  format: 'holdfast policy v1',
  rules: rules.map((one, index) => ({ id: `rule-${index}`, ...one })),
}))

/** Another policy near the first: rules go, come, or have a field of another one. */
const near = (before: Policy): fc.Arbitrary<Policy> =>
  fc
    .tuple(
      fc.array(fc.constantFrom('keep', 'keep', 'drop', 'mix'), { minLength: 5, maxLength: 5 }),
      fc.array(rule, { minLength: 5, maxLength: 5 }),
      fc.array(fc.constantFrom('persons', 'kinds', 'quorum', 'proof', 'when', 'operations'), {
        minLength: 5,
        maxLength: 5,
      }),
      fc.option(rule, { nil: undefined }),
    )
    .map(([actions, others, fields, added]) => ({
      ...before,
      rules: [
        ...before.rules.flatMap((one, index): Rule[] => {
          if (actions[index] === 'drop') return []
          if (actions[index] === 'keep') return [one]
          const field = fields[index] as 'when'
          const { [field]: _old, ...rest } = one
          const value = others[index]?.[field]
          return [{ ...rest, ...(value === undefined ? {} : { [field]: value }) }]
        }),
        ...(added === undefined ? [] : [{ id: 'added', ...added }]),
      ],
    }))

const amount = fc.constantFrom('0', '3', '5', '8', '11')
const effect: fc.Arbitrary<Effect> = fc.oneof(
  fc.record({
    type: fc.constant('transfer' as const),
    asset: fc.constantFrom('native', 'token'),
    to: fc.constantFrom(...addresses),
    amount,
  }),
  fc.record({
    type: fc.constant('approve' as const),
    asset: fc.constant('token'),
    spender: fc.constantFrom(...addresses),
    amount,
  }),
  fc.record({
    type: fc.constant('call' as const),
    to: fc.constantFrom(...addresses),
    value: amount,
    selector: fc.constantFrom('aabbccdd', '00112233'),
  }),
  fc.constant({ type: 'message' as const }),
  fc.constant({ type: 'unknown' as const, reason: 'x' }),
  fc.constantFrom('lookup-table' as const, 'durable-nonce' as const).map((cause) => ({
    type: 'unknown' as const,
    reason: 'x',
    cause,
  })),
)
const intent: fc.Arbitrary<Intent> = fc.record(
  {
    chain: fc.constantFrom('ethereum' as const, 'solana' as const),
    kind: fc.constantFrom('transaction' as const, 'message' as const),
    effects: fc.array(effect, { minLength: 1, maxLength: 3 }),
    fee: fc.constantFrom('0', '2', '4'),
    details: fc.constant({}),
  },
  { requiredKeys: ['chain', 'kind', 'effects', 'details'], noNullPrototype: true },
) as fc.Arbitrary<Intent>
const facts: fc.Arbitrary<Facts> = fc.record(
  {
    calls: fc.array(
      fc
        .tuple(fc.constantFrom('07da68f5', '00112233'), fc.nat({ max: 9 }))
        .map(([selector, speed]) => {
          const word = selector === '07da68f5' ? '' : speed.toString(16).padStart(64, '0')
          return callFact('0xaa', fromHex(selector + word))
        }),
      { maxLength: 2 },
    ),
    typedData: fc.tuple(fc.constantFrom('x', 'y'), fc.nat({ max: 4 })).map(([name, a]) => ({
      type: 'A(uint8 a)',
      domain: { name },
      message: {
        type: 'struct' as const,
        fields: new Map([['a', { type: 'integer' as const, value: BigInt(a) }]]),
      },
    })),
    feeRate: fc.constantFrom({ fee: 2n, size: 1n }, { fee: 9n, size: 2n }),
    sighashes: some('ALL', 'DEFAULT'),
    solana: fc.record(
      {
        programs: some('sys', 'tok'),
        lookupTables: fc.subarray(['tab', 'two']),
        nonceAccount: fc.constantFrom('non', 'two'),
      },
      { requiredKeys: ['programs', 'lookupTables'], noNullPrototype: true },
    ),
  },
  maybe,
) as fc.Arbitrary<Facts>
const proof: fc.Arbitrary<Proof> = fc.record({
  person,
  credential: fc.constant(CredentialId(`crd_${'0'.repeat(32)}`)),
  kind: fc.constantFrom('api-key' as const, 'tls-certificate' as const),
  over: fc.constantFrom('request' as const, 'session' as const),
})
const question: fc.Arbitrary<PolicyQuestion> = fc.oneof(
  fc.record({
    operation: fc.constant('sign' as const),
    proofs: fc.array(proof, { maxLength: 3 }),
    subject: fc.record({
      intent,
      account: fc.constant(AccountId(`acc_${'1'.repeat(32)}`)),
      facts,
    }),
  }),
  fc.record({
    operation: fc.constant('wallet.show' as const),
    proofs: fc.array(proof, { maxLength: 3 }),
  }),
)

describe('a policy that only tightens another', () => {
  it('never permits what the other denied', () => {
    let tighter = 0
    fc.assert(
      fc.property(
        policy.chain((before) => fc.tuple(fc.constant(before), near(before))),
        fc.array(question, { minLength: 20, maxLength: 20 }),
        ([before, after], questions) => {
          if (!tightens(before, after)) return
          tighter += 1
          for (const one of questions) {
            if (evaluate(after, one).ok) expect(evaluate(before, one).ok).toBe(true)
          }
        },
      ),
      { numRuns: 4000 },
    )
    expect(tighter).toBeGreaterThan(300)
  })

  it('is every policy itself, and none that permits what it did not name', () => {
    fc.assert(fc.property(policy, (one) => tightens(one, policySchema.parse(one))))
    fc.assert(
      fc.property(policy, (one) => {
        const more = { id: 'more', effect: 'allow' as const, operations: ['sign' as const] }
        return !tightens(one, { ...one, rules: [...one.rules, more] })
      }),
    )
  })

  const daily = {
    type: 'value' as const,
    chain: 'ethereum' as const,
    asset: 'native',
    amount: '10',
    windowMs: 86_400_000,
  }
  const rate = { type: 'signatures' as const, count: 5, windowMs: 3_600_000 }
  const base: Policy = {
    format: 'holdfast policy v1',
    changes: { quorum: 1, delayMs: 1000 },
    rules: [
      { id: 'no', effect: 'deny', operations: ['sign'], when: { to: ['0xaa'] } },
      { id: 'a', effect: 'allow', operations: ['sign'], when: { maxAmount: '10' } },
      { id: 'b', effect: 'allow', operations: ['*'], quorum: 2, limits: [daily, rate] },
    ],
  }
  const [no, a, b] = base.rules as [Rule, Rule, Rule]
  const withRules = (...rules: readonly Rule[]): Policy => ({ ...base, rules: [...rules] })
  const looser: Readonly<Record<string, Policy>> = {
    'a denial is gone': withRules(a, b),
    'a denial names less': withRules({ ...no, operations: ['account.add'] }, a, b),
    'a bound is higher': withRules(no, { ...a, when: { maxAmount: '11' } }, b),
    'a bound is gone': withRules(no, { ...a, when: {} }, b),
    'the fee left the amount': withRules(no, { ...a, when: { maxAmount: '10', maxFee: '1' } }, b),
    'the quorum is lower': withRules(no, a, { ...b, quorum: 1 }),
    'a session is enough': withRules(no, { ...a, proof: 'session' }, b),
    'rules changed places': withRules(no, b, a),
    'a limit is higher': withRules(no, a, { ...b, limits: [{ ...daily, amount: '11' }] }),
    'a limit is gone': withRules(no, a, { ...b, limits: [daily] }),
    'a rule got another name': withRules(no, { ...a, id: 'c' }, b),
    'the terms of change differ': { ...base, changes: { quorum: 2, delayMs: 1000 } },
    'the terms of change are gone': { format: base.format, rules: base.rules },
  }
  it.each(Object.keys(looser))('is not one where %s', (name) => {
    expect(tightens(base, looser[name] as Policy)).toBe(false)
  })

  const withCriteria = (when: Rule['when'] & object): Policy => withRules(no, { ...a, when }, b)
  const method = { method: 'stop()', selector: '07da68f5' }
  it.each([
    ['a rate is lower', { maxFeeRate: '5' }, { maxFeeRate: '4' }],
    ['a rate is bounded', {}, { maxFeeRate: '4' }],
    ['programs are fewer', { programs: ['a', 'b'] }, { programs: ['a'] }],
    ['lookup tables are fewer', { lookupTables: ['a', 'b'] }, { lookupTables: ['b'] }],
    ['nonces are fewer', { nonceAccounts: ['a', 'b'] }, { nonceAccounts: ['b'] }],
    ['calls are named', {}, { calls: [method] }],
    ['calls are fewer', { calls: [method, { ...method, to: ['x'] }] }, { calls: [method] }],
    ['types are named', {}, { typedData: [{ type: 'A()' }] }],
    ['less is covered', { sighashes: ['ALL', 'DEFAULT'] }, { sighashes: ['ALL'] }],
  ] satisfies readonly [string, Criteria, Criteria][])(
    'is one where %s, and never the other way around',
    (_what, before, after) => {
      const [wide, narrow] = [withCriteria(before), withCriteria(after)]
      expect(tightens(wide, narrow)).toBe(true)
      expect(tightens(narrow, wide)).toBe(false)
    },
  )

  it.each(['lookupTables', 'nonceAccounts'] as const)(
    'is none where %s are named at all',
    (name) => {
      expect(tightens(withCriteria({}), withCriteria({ [name]: ['a'] }))).toBe(false)
      expect(tightens(withCriteria({ [name]: ['a'] }), withCriteria({}))).toBe(false)
    },
  )

  it('may add denials, drop rules that allow, and lower their bounds', () => {
    const lower: Rule = {
      ...a,
      persons: [PersonId('alice')],
      when: { maxAmount: '9', chains: ['ethereum'], effects: ['transfer'] },
    }
    expect(tightens(base, withRules(no, lower))).toBe(true)
    expect(tightens(base, withRules({ ...no, id: 'no-2' }, no, a, { ...b, quorum: 3 }))).toBe(true)
    expect(tightens(base, withRules(no, { ...b, operations: ['sign'] }))).toBe(true)
    const less = [
      { ...rate, count: 4 },
      { ...daily, amount: '9' },
      { ...daily, asset: 'token' },
    ]
    expect(tightens(base, withRules(no, a, { ...b, limits: less, once: true }))).toBe(true)
  })
})
