import { keccak_256 } from '@noble/hashes/sha3.js'
import { describe, expect, it } from 'vitest'
import { PersonId } from '../ids.ts'
import { type Policy, policyOperations, policy as policySchema, type Rule } from '../policy.ts'
import { checkPolicy } from './check.ts'
import { tightens } from './compare.ts'
import { explainPolicy, explainRule } from './explain.ts'
import { type Finding, lintPolicy } from './lint.ts'
import { policyTemplate, templateNames } from './templates.ts'

const [alice, bob, carol] = ['alice', 'bob', 'carol'].map(PersonId) as [
  PersonId,
  PersonId,
  PersonId,
]
const owners = [alice, bob, carol]
const persons = owners.map((id) => ({ id, owner: true }))
const address = `0x${'ab'.repeat(20)}`

const policy = (...rules: readonly Partial<Rule>[]): Policy => ({
  format: 'holdfast policy v1',
  changes: { quorum: 2, delayMs: 86_400_000 },
  rules: rules.map((rule, index) => ({
    id: `rule-${index + 1}`,
    effect: 'allow',
    operations: ['sign'],
    ...rule,
  })),
})
const found = (of: Policy): readonly string[] =>
  lintPolicy(of, persons).map(({ kind, rule, other }: Finding) =>
    [kind, rule, other].filter((one) => one !== undefined).join(' '),
  )

describe('the words of a rule', () => {
  it('say who, what, where to and how much', () => {
    const [rule] = policy({
      persons: owners,
      quorum: 2,
      kinds: ['passkey'],
      when: { chains: ['ethereum'], to: [address], maxAmount: '100', effects: ['transfer'] },
    }).rules as [Rule]
    expect(explainRule(rule)).toBe(
      'rule-1: 2 of alice, bob and carol by a passkey may sign (transfers), on ethereum, ' +
        `to ${address} alone, at most 100 base units (0.0000000000000001 coins of ethereum) ` +
        'of each asset in one transaction, the fee counted as the coin.',
    )
  })

  it('say amounts of a coin in coins, and how often they are counted anew', () => {
    const limit = {
      type: 'value',
      chain: 'bitcoin',
      asset: 'native',
      windowMs: 86_400_000,
    } as const
    const words = (amount: string, rest: object = {}) =>
      explainRule(policy({ limits: [{ ...limit, amount, ...rest }] }).rules[0] as Rule)
    expect(words('150000000')).toContain('at most 1.5 coins of bitcoin in each window of 24 hours')
    expect(words('100000000')).toContain('at most 1 coin of bitcoin in')
    expect(words('0')).toContain('at most 0 coins of bitcoin in')
    expect(words('7', { chain: 'solana', network: 'x' })).toContain(
      'at most 0.000000007 coins of solana on network x in',
    )
    expect(words('7', { asset: 'token' })).toContain('at most 7 base units of token on bitcoin in')
  })

  it('say every operation in words, and who gives lost owners new credentials', () => {
    const operations = [...policyOperations]
    const [line = ''] = explainPolicy(policy({ operations, persons: [alice] }))
    expect(line).not.toMatch(/[a-z]\.[a-z]/)
    const recovery = { persons: owners, quorum: 2, delayMs: 172_800_000 }
    expect(explainPolicy({ ...policy({}), recovery }).at(-1)).toBe(
      '2 of alice, bob and carol may give an owner who lost his credentials new ones, ' +
        'after 2 days, unless a credential that he still has cancels it.',
    )
  })

  it('name what a rule allows that names no effects', () => {
    const [rule] = policy({}).rules as [Rule]
    expect(explainRule(rule)).toContain('(transfers and messages)')
  })

  it('say which calls, typed data, programs and rates', () => {
    const [rule] = policy({
      when: {
        effects: ['call', 'order'],
        maxFeeRate: '9',
        calls: [
          {
            to: [address],
            method: 'stake(uint256 amount,address to)',
            selector: '00000000',
            where: [
              { field: 'amount', min: '1', max: '5' },
              { field: 'to', in: ['0x1', '0x2'] },
            ],
          },
        ],
        typedData: [{ domain: { name: 'x', chainId: '1' }, type: 'A(bool a)' }, { type: 'B()' }],
        sighashes: ['ALL'],
        programs: ['sys'],
        lookupTables: ['tab'],
        nonceAccounts: ['non'],
      },
    }).rules as [Rule]
    expect(explainRule(rule)).toBe(
      [
        'rule-1: any person of the wallet may sign (calls of contracts and programs',
        'and orders that others may fill), calling stake(uint256 amount,address to)',
        `of ${address} with amount at least 1 and amount at most 5`,
        'and to 0x1 or 0x2 alone, as typed data A(bool a) for name x and chainId 1 or B() alone,',
        'signing ALL of the transaction, by the programs sys alone,',
        'with accounts, whichever they are, from the lookup tables tab,',
        'at any time by the durable nonces non,',
        'at most 9 base units for a virtual byte or a unit of gas.',
      ].join(' '),
    )
  })

  it('put denials first and end with what holds for everything else', () => {
    const lines = explainPolicy(policy({}, { effect: 'deny', when: { to: [address] } }))
    expect(lines[0]).toBe(`rule-2: nobody may sign, to ${address} alone.`)
    expect(lines.at(-2)).toMatch(/^Everything else is denied/)
    expect(lines.at(-1)).toBe(
      'These rules are loosened by 2 owners, after 24 hours, unless any owner cancels it; ' +
        'any owner tightens them at once.',
    )
  })
})

describe('the linter', () => {
  it('finds nothing in a policy that says what it means', () => {
    expect(found(policy({ persons: [alice], when: { maxAmount: '1' } }, { quorum: 2 }))).toEqual([])
  })

  it('finds a rule that an earlier one makes idle', () => {
    expect(found(policy({}, { persons: [alice], when: { maxAmount: '1' } }))).toEqual([
      'shadowed rule-2 rule-1',
    ])
    expect(found(policy({ when: { maxAmount: '1' } }, {}))).toEqual([])
  })

  it('finds rules that can never match', () => {
    const never: readonly Partial<Rule>[] = [
      { operations: ['wallet.show'], when: { chains: ['ethereum'] } },
      { persons: [PersonId('eve')] },
      { persons: [alice], quorum: 2 },
      { when: { effects: ['unknown'], maxAmount: '1' } },
      { when: { kinds: ['typed-data'], chains: ['bitcoin'] } },
      { when: { kinds: ['raw'] } },
      { when: { programs: ['sys'], sighashes: ['ALL'] } },
      { when: { chains: ['bitcoin'], programs: ['sys'] } },
      { when: { chains: ['solana'], typedData: [{ type: 'A()' }] } },
    ]
    for (const rule of never) {
      expect(found(policy({ quorum: 3, persons: owners }, rule))).toContain('never-matches rule-2')
    }
    const denied = policy({}, { effect: 'deny', operations: ['*'] })
    expect(found(denied)).toContain('never-matches rule-1')
    const call = { method: 'stop()', selector: '07da68f5' }
    expect(found(policy({}, { effect: 'deny', when: { calls: [call] } }))).toEqual([])
    expect(found(policy({ when: { chains: ['solana'], programs: ['sys'] } }))).toEqual([])
  })

  it('finds an allow that goes around a denial', () => {
    const deny: Partial<Rule> = { effect: 'deny', when: { to: [address] } }
    const call: Partial<Rule> = { when: { effects: ['call', 'transfer'] } }
    expect(found(policy(deny, call))).toEqual(['outflanks-deny rule-2 rule-1'])
    const approve: Partial<Rule> = { when: { effects: ['approve'] } }
    const transfers: Partial<Rule> = { effect: 'deny', when: { effects: ['transfer'] } }
    expect(found(policy(transfers, approve))).toEqual(['outflanks-deny rule-2 rule-1'])
    expect(found(policy(deny, {}))).toEqual([])
    const orders: Partial<Rule> = { when: { effects: ['order'] } }
    expect(found(policy(transfers, orders))).toEqual(['outflanks-deny rule-2 rule-1'])
  })

  it('warns of raw use, of missing terms, of no delay and of a wallet that cannot sign', () => {
    expect(found(policy({ when: { effects: ['unknown'] } }))).toEqual(['raw-use rule-1'])
    const named = { effects: ['unknown' as const], typedData: [{ type: 'A()' }] }
    expect(found(policy({ when: named }))).toEqual([])
    const anyType = { ...named, typedData: [{ domain: { name: 'x' } }] }
    expect(found(policy({ when: anyType }))).toEqual(['raw-use rule-1'])
    const { changes: _changes, ...bare } = policy({})
    expect(found(bare)).toEqual(['no-terms'])
    expect(found({ ...bare, changes: { quorum: 1, delayMs: 0 } })).toEqual(['unsafe-terms'])
    expect(found(policy({ operations: ['wallet.show'] }))).toEqual(['nobody-signs'])
  })
})

describe.each(templateNames)('the template %s', (name) => {
  const daily = { chain: 'ethereum' as const, amount: '100' }
  const options = { owners, to: [address], maxAmount: '10', maxFee: '1', daily }
  const made = policyTemplate(name, options)

  it('is a policy of the wallet that the linter passes', () => {
    expect(policySchema.parse(made)).toEqual(made)
    const credentials = owners.map((person) => ({ kind: 'api-key' as const, person }))
    expect(checkPolicy(made, { persons, credentials }, { keccak256: keccak_256 })).toEqual({
      ok: true,
      value: undefined,
    })
    expect(found(made)).toEqual([])
  })

  it('has a delay, and wants more than one owner to loosen it', () => {
    expect(made.changes?.quorum).toBeGreaterThan(1)
    expect(made.changes?.delayMs).toBeGreaterThanOrEqual(86_400_000)
    expect(tightens(made, { ...made, changes: { quorum: 1, delayMs: 0 } })).toBe(false)
  })

  it('lets owners read the log, and back the keys up together, never one alone', () => {
    const allowing = (operation: 'audit.show' | 'wallet.backup') =>
      made.rules.filter(({ operations }) => operations.includes(operation))
    expect(allowing('audit.show')).toMatchObject([{ effect: 'allow', persons: owners }])
    expect(allowing('wallet.backup')).toMatchObject([
      { effect: 'allow', persons: owners, quorum: 2 },
    ])
  })

  it('signs nothing that cannot be decoded', () => {
    expect(made.rules.every((rule) => rule.when?.effects?.includes('unknown') !== true)).toBe(true)
  })
})

it('a template bounds the rate of fees where it is given one', () => {
  for (const name of templateNames.filter((one) => one !== 'cold-wallet')) {
    const made = policyTemplate(name, { owners, to: [address], maxFeeRate: '30' })
    expect(
      made.rules.some(({ when }) => when?.maxFeeRate === '30'),
      name,
    ).toBe(true)
    expect(
      made.rules.some(({ when }) => when?.maxFee !== undefined),
      name,
    ).toBe(false)
  }
})

it('a template that keeps to destinations wants them named', () => {
  for (const name of ['exchange-sweeper', 'cold-wallet', 'validator'] as const) {
    expect(() => policyTemplate(name, { owners })).toThrow('invalid_field')
  }
})
