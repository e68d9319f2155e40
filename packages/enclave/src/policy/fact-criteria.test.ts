import { fromHex, toHex, utf8 } from '@holdfast/base/bytes'
import { PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Criteria } from '@holdfast/base/policy'
import { describe, expect, it } from 'vitest'
import { callFact } from '../signing/ethereum/call-fact.ts'
import type { Facts } from '../signing/facts.ts'
import type { FieldValue, StructValue } from '../signing/field-value.ts'
import { evaluate } from './evaluate.ts'

const contract = `0x${'Cc'.repeat(20)}`
const alice = `0x${'Aa'.repeat(20)}`
const mallory = `0x${'Ee'.repeat(20)}`

const stake = 'stake((address to,uint256 amount)[] parts,bool lock,string note)'
const word = (value: bigint): string => value.toString(16).padStart(64, '0')
/** As the contract ABI specification encodes it; the decoder is compared with ethers elsewhere. */
const dataOf = (parts: readonly (readonly [string, bigint])[], lock = true, note = 'rent') => {
  const text = toHex(utf8(note))
  const list = parts.map(([to, amount]) => `${word(BigInt(to))}${word(amount)}`).join('')
  const end = BigInt(96 + 32 + parts.length * 64)
  const heads = `${word(96n)}${word(lock ? 1n : 0n)}${word(end)}`
  const string = `${word(BigInt(text.length / 2))}${text.padEnd(64, '0')}`
  return fromHex(`c0ffee11${heads}${word(BigInt(parts.length))}${list}${string}`)
}
const selector = '8a1cf91e'
const staking = dataOf([[alice, 5n]])
const realSelector = Buffer.from(staking.subarray(0, 4)).toString('hex')

const call: Effect = { type: 'call', to: contract, value: '0', selector: realSelector }
const unknown: Effect = { type: 'unknown', reason: 'x' }
const transfer: Effect = { type: 'transfer', asset: 'native', to: alice, amount: '1' }

const ethereum = (effects: readonly Effect[], kind: Intent['kind'] = 'transaction'): Intent => ({
  chain: 'ethereum',
  network: '1',
  kind,
  effects: [...effects],
  ...(kind === 'transaction' ? { fee: '10' } : {}),
  details: {},
})

const proofs = [
  { person: PersonId('alice'), credential: 'crd_1' as never, kind: 'api-key', over: 'request' },
] as const

const judge = (effect: 'allow' | 'deny', when: Criteria, intent: Intent, facts?: Facts): boolean =>
  evaluate(
    {
      format: 'holdfast policy v1',
      rules: [
        ...(effect === 'deny'
          ? [
              {
                id: 'all',
                effect: 'allow' as const,
                operations: ['sign' as const],
                when: { effects: ['call', 'transfer', 'unknown', 'message'] as never },
              },
            ]
          : []),
        { id: 'rule', effect, operations: ['sign'], when },
      ],
    },
    { operation: 'sign', proofs, subject: { intent, ...(facts && { facts }) } },
  ).ok
const allows = (when: Criteria, intent: Intent, facts?: Facts) =>
  judge('allow', when, intent, facts)
const denies = (when: Criteria, intent: Intent, facts?: Facts) =>
  !judge('deny', when, intent, facts)

const named = (rest: object = {}): Criteria => ({
  effects: ['call', 'transfer'],
  calls: [{ method: stake, selector: realSelector, ...rest }],
})
const calling = (data: Uint8Array, to = contract): Facts => ({ calls: [callFact(to, data)] })

describe('calls that a rule names', () => {
  it('are allowed by their method, at the contracts that it names', () => {
    expect(allows(named(), ethereum([call]), calling(staking))).toBe(true)
    expect(
      allows(named({ to: [contract.toLowerCase()] }), ethereum([call]), calling(staking)),
    ).toBe(true)
    expect(allows(named({ to: [alice] }), ethereum([call]), calling(staking))).toBe(false)
    const other = named({ selector })
    expect(allows(other, ethereum([call]), calling(staking))).toBe(false)
  })

  it('are all of them, and those that nobody could read are none', () => {
    const both = {
      calls: [...(calling(staking).calls ?? []), callFact(alice, fromHex('00112233'))],
    }
    expect(allows(named(), ethereum([call]), both)).toBe(false)
    expect(allows(named(), ethereum([call]))).toBe(false)
    expect(allows(named(), ethereum([transfer]), { calls: [] })).toBe(true)
    expect(allows(named(), ethereum([transfer]))).toBe(true)
  })

  it('are one of several that the rule names', () => {
    const foreign = { method: 'stop()', selector: '07da68f5' }
    const [own] = named().calls ?? []
    const two: Criteria = { effects: ['call'], calls: [foreign, ...(own ? [own] : [])] }
    expect(allows(two, ethereum([call]), calling(staking))).toBe(true)
    expect(denies({ calls: two.calls as never }, ethereum([call]), calling(staking))).toBe(true)
    const mixed = ethereum([call, transfer])
    expect(allows(named(), mixed)).toBe(false)
  })

  it('are allowed in the one canonical encoding of their arguments', () => {
    const longer = Uint8Array.from([...staking, 0])
    expect(allows(named(), ethereum([call]), calling(longer))).toBe(false)
    expect(allows(named(), ethereum([call]), calling(staking.subarray(0, -1)))).toBe(false)
  })

  const conditions: readonly (readonly [object, boolean])[] = [
    [{ field: 'parts[].to', in: [alice] }, true],
    [{ field: 'parts[].to', in: [mallory, alice.toLowerCase()] }, true],
    [{ field: 'parts[].to', in: [mallory] }, false],
    [{ field: 'parts[].amount', max: '5' }, true],
    [{ field: 'parts[].amount', max: '4' }, false],
    [{ field: 'parts[].amount', min: '5' }, true],
    [{ field: 'parts[].amount', min: '6' }, false],
    [{ field: 'parts[].amount', in: ['5'], max: '4' }, false],
    [{ field: 'parts[].amount', in: ['5'], max: '5' }, true],
    [{ field: 'parts[].amount', in: ['4'] }, false],
    [{ field: 'lock', in: ['true'] }, true],
    [{ field: 'lock', in: ['false'] }, false],
    [{ field: 'lock', max: '1' }, false],
    [{ field: 'note', in: ['rent'] }, true],
    [{ field: 'note', in: ['RENT'] }, false],
    [{ field: 'note' }, false],
    [{ field: 'parts', in: ['1'] }, false],
    [{ field: 'parts.to', in: [alice] }, false],
    [{ field: 'lock[]', in: ['true'] }, false],
    [{ field: 'lock.more', in: ['true'] }, false],
    [{ field: 'more', in: ['true'] }, false],
  ]
  it.each(conditions)('hold the condition %j: %s', (condition, expected) => {
    const rule = named({ where: [condition] })
    expect(allows(rule, ethereum([call]), calling(staking))).toBe(expected)
  })

  it('hold every condition, for every element', () => {
    const where = [
      { field: 'parts[].to', in: [alice] },
      { field: 'parts[].amount', max: '5' },
    ]
    const two = dataOf([
      [alice, 5n],
      [alice, 6n],
    ])
    expect(allows(named({ where }), ethereum([call]), calling(staking))).toBe(true)
    expect(allows(named({ where }), ethereum([call]), calling(two))).toBe(false)
    expect(allows(named({ where }), ethereum([call]), calling(dataOf([])))).toBe(true)
  })
})

describe('calls that a denial names', () => {
  it('are denied wherever one of them is', () => {
    expect(denies(named(), ethereum([call]), calling(staking))).toBe(true)
    expect(denies(named({ to: [alice] }), ethereum([call]), calling(staking))).toBe(false)
    expect(denies(named(), ethereum([transfer]), { calls: [] })).toBe(false)
    const both = {
      calls: [callFact(alice, fromHex('00112233')), ...(calling(staking).calls ?? [])],
    }
    expect(denies(named(), ethereum([call]), both)).toBe(true)
  })

  it('are denied where one element meets a condition, or none can be read', () => {
    const where = [{ field: 'parts[].to', in: [mallory] }]
    const two = dataOf([
      [alice, 5n],
      [mallory, 6n],
    ])
    expect(denies(named({ where }), ethereum([call]), calling(staking))).toBe(false)
    expect(denies(named({ where }), ethereum([call]), calling(two))).toBe(true)
    expect(denies(named({ where }), ethereum([call]), calling(staking.subarray(0, -1)))).toBe(true)
    const both = [...where, { field: 'parts[].amount', min: '7' }]
    expect(denies(named({ where: both }), ethereum([call]), calling(two))).toBe(false)
    const nowhere = [{ field: 'nothing', in: ['1'] }]
    expect(denies(named({ where: nowhere }), ethereum([call]), calling(two))).toBe(true)
  })

  it('count as named where something cannot be decoded', () => {
    const when = { calls: named().calls as never }
    expect(denies(when, ethereum([unknown], 'raw'))).toBe(true)
    expect(denies(when, ethereum([transfer, unknown]), { calls: [] })).toBe(true)
    expect(denies(when, ethereum([{ type: 'message' }], 'message'))).toBe(false)
    const cause: Effect = { type: 'unknown', reason: 'x', cause: 'durable-nonce' }
    expect(denies(when, { ...ethereum([cause]), chain: 'solana' })).toBe(false)
  })
})

const struct = (fields: Readonly<Record<string, FieldValue>>): StructValue => ({
  type: 'struct',
  fields: new Map(Object.entries(fields)),
})
const typed: Facts = {
  calls: [],
  typedData: {
    type: 'Vote(uint256 id,address by)',
    domain: { name: 'Board', chainId: '1', verifyingContract: contract.toLowerCase() },
    message: struct({
      id: { type: 'integer', value: 7n },
      by: { type: 'bytes', value: fromHex('aa'.repeat(20)) },
    }),
  },
}
const forms: readonly (readonly [object, boolean])[] = [
  [{ type: 'Vote(uint256 id,address by)' }, true],
  [{ type: 'Vote(uint256 id)' }, false],
  [{ domain: { name: 'Board' } }, true],
  [{ domain: { name: 'board' } }, false],
  [{ domain: { name: 'Board', chainId: '1', verifyingContract: contract } }, true],
  [{ domain: { name: 'Board', chainId: '2' } }, false],
  [{ domain: { verifyingContract: alice } }, false],
  [{ domain: { version: '1' } }, false],
  [{ domain: { name: 'Board', salt: `0x${'0'.repeat(64)}` } }, false],
  [{ type: 'Vote(uint256 id,address by)', where: [{ field: 'id', max: '7' }] }, true],
  [{ type: 'Vote(uint256 id,address by)', where: [{ field: 'id', max: '6' }] }, false],
  [{ type: 'Vote(uint256 id,address by)', where: [{ field: 'by', in: [alice] }] }, true],
]

describe('typed data that a rule names', () => {
  const rule = (...typedData: readonly object[]): Criteria => ({
    effects: ['unknown'],
    typedData: typedData as never,
  })
  const asked = ethereum([unknown], 'typed-data')

  it.each(forms)('%j is allowed: %s', (form, expected) => {
    expect(allows(rule(form), asked, typed)).toBe(expected)
    expect(allows(rule({ type: 'Other()' }, form), asked, typed)).toBe(expected)
  })

  it.each(forms)('%j is denied: %s', (form, expected) => {
    expect(denies({ typedData: [form] as never }, asked, typed)).toBe(expected)
    const two = [{ type: 'Other()' }, form]
    expect(denies({ typedData: two }, asked, typed)).toBe(expected)
  })

  it('is the only thing that the rule allows, and what a denial takes raw data for', () => {
    const when = rule({ domain: { name: 'Board' } })
    expect(allows(when, ethereum([unknown], 'raw'))).toBe(false)
    expect(allows({ ...when, effects: ['transfer'] }, ethereum([transfer]), { calls: [] })).toBe(
      false,
    )
    expect(denies({ typedData: when.typedData as never }, ethereum([unknown], 'raw'))).toBe(true)
    expect(denies({ typedData: when.typedData as never }, ethereum([transfer]))).toBe(false)
  })
})

describe('the rate of a fee', () => {
  const rate = (fee: bigint, size: bigint): Facts => ({ calls: [], feeRate: { fee, size } })

  it('is at most what the rule says, by the size', () => {
    expect(allows({ maxFeeRate: '5' }, ethereum([transfer]), rate(500n, 100n))).toBe(true)
    expect(allows({ maxFeeRate: '5' }, ethereum([transfer]), rate(501n, 100n))).toBe(false)
    expect(allows({ maxFeeRate: '5' }, ethereum([transfer]), { calls: [] })).toBe(false)
    expect(allows({ maxFeeRate: '5' }, ethereum([transfer]))).toBe(false)
  })

  it('is asked of transactions alone', () => {
    expect(allows({ maxFeeRate: '5' }, ethereum([{ type: 'message' }], 'message'))).toBe(true)
  })
})

describe('what a Bitcoin signature covers', () => {
  const all: Facts = { sighashes: ['ALL', 'DEFAULT'] }

  it('is one that the rule names', () => {
    expect(allows({ sighashes: ['ALL', 'DEFAULT'] }, ethereum([transfer]), all)).toBe(true)
    expect(allows({ sighashes: ['ALL'] }, ethereum([transfer]), all)).toBe(false)
    expect(allows({ sighashes: ['ALL'] }, ethereum([transfer]), {})).toBe(false)
  })

  it('is denied where one is named, or nothing can be said', () => {
    expect(denies({ sighashes: ['DEFAULT'] }, ethereum([transfer]), all)).toBe(true)
    expect(denies({ sighashes: ['DEFAULT'] }, ethereum([transfer]), { sighashes: ['ALL'] })).toBe(
      false,
    )
    expect(denies({ sighashes: ['DEFAULT'] }, ethereum([transfer]))).toBe(false)
    expect(denies({ sighashes: ['DEFAULT'] }, ethereum([unknown], 'raw'))).toBe(true)
  })
})

describe('what a Solana transaction uses', () => {
  const nonce: Effect = { type: 'unknown', reason: 'x', cause: 'durable-nonce' }
  const lookup: Effect = { type: 'unknown', reason: 'x', cause: 'lookup-table' }
  const solana = (...effects: readonly Effect[]): Intent => ({
    ...ethereum(effects),
    chain: 'solana',
  })
  const using = (
    programs: readonly string[],
    lookupTables: readonly string[] = [],
    nonceAccount?: string,
  ): Facts => ({
    solana: { programs, lookupTables, ...(nonceAccount === undefined ? {} : { nonceAccount }) },
  })
  const plain = solana(transfer)

  it('are programs that the rule names, all of them', () => {
    expect(allows({ programs: ['sys', 'tok'] }, plain, using(['sys', 'tok']))).toBe(true)
    expect(allows({ programs: ['sys'] }, plain, using(['sys', 'tok']))).toBe(false)
    expect(allows({ programs: ['sys'] }, plain, {})).toBe(false)
    expect(denies({ programs: ['tok'] }, plain, using(['sys', 'tok']))).toBe(true)
    expect(denies({ programs: ['mem'] }, plain, using(['sys', 'tok']))).toBe(false)
    expect(denies({ programs: ['mem'] }, solana(unknown))).toBe(true)
  })

  it('are lookup tables only where the rule names them', () => {
    const asked = solana(transfer, lookup)
    expect(allows({}, asked, using([], ['tab']))).toBe(false)
    expect(allows({ lookupTables: ['tab'] }, asked, using([], ['tab']))).toBe(true)
    expect(allows({ lookupTables: ['tab'] }, asked, using([], ['tab', 'two']))).toBe(false)
    expect(allows({ lookupTables: ['tab'] }, asked)).toBe(false)
    expect(allows({ lookupTables: ['tab'] }, plain, using([]))).toBe(true)
    expect(allows({ lookupTables: ['tab'] }, solana(unknown), using([], ['tab']))).toBe(false)
    expect(allows({ nonceAccounts: ['non'] }, asked, using([], ['tab']))).toBe(false)
    const bounded = { lookupTables: ['tab'], maxFee: '10' }
    expect(allows({ ...bounded, maxAmount: '9' }, asked, using([], ['tab']))).toBe(false)
    expect(allows({ ...bounded, to: [alice] }, asked, using([], ['tab']))).toBe(false)
    expect(denies({ lookupTables: ['tab'] }, asked, using([], ['tab']))).toBe(true)
    expect(denies({ lookupTables: ['two'] }, plain, using([], ['tab']))).toBe(false)
  })

  it('is a durable nonce only where the rule names it, which moves nothing', () => {
    const asked = solana(nonce, transfer)
    const facts = using([], [], 'non')
    expect(allows({}, asked, facts)).toBe(false)
    const when: Criteria = { nonceAccounts: ['non'], to: [alice], assets: ['native'] }
    expect(allows({ ...when, maxAmount: '1', maxFee: '10' }, asked, facts)).toBe(true)
    expect(allows({ nonceAccounts: ['two'] }, asked, facts)).toBe(false)
    expect(allows({ nonceAccounts: ['non'] }, asked, using([]))).toBe(false)
    expect(allows({ nonceAccounts: ['non'] }, asked)).toBe(false)
    expect(allows({ nonceAccounts: ['non'] }, plain, using([]))).toBe(true)
    expect(allows({ nonceAccounts: ['non'] }, plain)).toBe(false)
    const raw: Criteria = { nonceAccounts: ['non'], effects: ['unknown'] }
    expect(allows(raw, solana(unknown), using([]))).toBe(true)
    expect(allows({ lookupTables: ['non'] }, asked, facts)).toBe(false)
    expect(allows({ nonceAccounts: ['non'] }, solana(nonce, unknown), facts)).toBe(false)
  })

  it('is a durable nonce that a denial names, or that cannot be said', () => {
    const facts = using([], [], 'non')
    const free = solana(transfer, nonce)
    const deny = (listed: string, intent: Intent, of?: Facts) =>
      !evaluate(
        {
          format: 'holdfast policy v1',
          rules: [
            {
              id: 'all',
              effect: 'allow',
              operations: ['sign'],
              when: { effects: ['transfer', 'unknown'] },
            },
            { id: 'no', effect: 'deny', operations: ['sign'], when: { nonceAccounts: [listed] } },
          ],
        },
        { operation: 'sign', proofs, subject: { intent, ...(of && { facts: of }) } },
      ).ok
    expect(deny('non', free, facts)).toBe(true)
    expect(deny('two', free, facts)).toBe(false)
    expect(deny('non', free, using([]))).toBe(true)
    expect(deny('non', plain, using([]))).toBe(false)
    expect(deny('non', solana(unknown))).toBe(true)
    expect(deny('non', plain)).toBe(false)
  })
})
