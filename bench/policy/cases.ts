/** Policies of any number of rules, of which the last one decides, and what they are asked. */
import { AccountId, CredentialId, PersonId } from '@holdfast/base/ids'
import type { Intent } from '@holdfast/base/intent'
import { selectorOf } from '@holdfast/base/policies/check-calls'
import { parseMethod } from '@holdfast/base/policies/method'
import { type Policy, policy as policySchema } from '@holdfast/base/policy'
import type { PolicyQuestion } from '@holdfast/enclave/policy/evaluate'
import { callFact } from '@holdfast/enclave/signing/ethereum/call-fact'
import type { Facts } from '@holdfast/enclave/signing/facts'
import { encodeFunctionData, keccak256, parseAbi } from 'viem'

const address = (index: number): `0x${string}` => `0x${index.toString(16).padStart(40, '0')}`

export type BenchCase = {
  readonly name: string
  readonly about: string
  readonly policy: (rules: number) => Policy
  readonly intent: Intent
  /** Made anew for each verdict, as they are for each request. */
  readonly facts?: () => Facts
}

const rulesOf = (count: number, rule: (index: number, last: boolean) => object): Policy =>
  policySchema.parse({
    format: 'holdfast policy v1',
    rules: Array.from({ length: count }, (_, index) => ({
      id: `rule-${index + 1}`,
      effect: index % 2 === 0 || index === count - 1 ? 'allow' : 'deny',
      operations: ['sign'],
      ...rule(index, index === count - 1),
    })),
  })

const intentOf = (effect: Intent['effects'][number]): Intent => ({
  chain: 'ethereum',
  network: '1',
  kind: 'transaction',
  effects: [effect],
  fee: '1',
  details: {},
})

const transfers: BenchCase = {
  name: 'policy',
  about: 'a transfer, by rules of which half deny destinations and the others keep to one',
  policy: (rules) =>
    rulesOf(rules, (index, last) =>
      last
        ? { persons: ['alice'], when: { chains: ['ethereum'], networks: ['1'], maxAmount: '10' } }
        : { when: { chains: ['ethereum'], to: [address(index + 1)] } },
    ),
  intent: intentOf({ type: 'transfer', asset: 'native', to: address(100_000), amount: '5' }),
}

const method = 'stake((address to,uint256 amount)[] parts,bool lock)'
const contract = address(100_000)
const data = encodeFunctionData({
  abi: parseAbi([
    'struct Part { address to; uint256 amount; }',
    'function stake(Part[] parts, bool lock)',
  ]),
  args: [[{ to: address(7), amount: 5n }], true],
})
const keccak = (bytes: Uint8Array): Uint8Array => keccak256(bytes, 'bytes')
const selector = selectorOf(parseMethod(method).canonical, keccak)
const calldata = Uint8Array.from(Buffer.from(data.slice(2), 'hex'))

/** Another contract's method in each rule; what is asked is decoded by the last. */
const called = (index: number, last: boolean) => {
  const other = `other${index}(address to,uint256 amount)`
  return last
    ? { to: [contract], method, selector, where: conditions }
    : {
        to: [address(index + 1)],
        method: other,
        selector: selectorOf(parseMethod(other).canonical, keccak),
        where: [{ field: 'amount', max: '5' }],
      }
}
const conditions = [
  { field: 'parts[].to', in: [address(7)] },
  { field: 'parts[].amount', max: '5' },
]
const callFacts = (): Facts => ({
  calls: [callFact(contract, calldata)],
  feeRate: { fee: 20n, size: 1n },
})
const callIntent = intentOf({ type: 'call', to: contract, value: '0', selector })

const calls: BenchCase = {
  name: 'policy.calls',
  about: 'a call, by rules that each name a method, its contract, conditions and a rate of the fee',
  policy: (rules) =>
    rulesOf(rules, (index, last) => ({
      when: {
        effects: ['call'],
        calls: [called(index, last)],
        ...(index % 2 === 0 || last ? { maxFeeRate: '20' } : {}),
      },
    })),
  intent: callIntent,
  facts: callFacts,
}

const sameMethod: BenchCase = {
  name: 'policy.same',
  about: 'the same call, by rules that all name this method of this contract, and read it',
  policy: (rules) =>
    rulesOf(rules, (index, last) => ({
      when: {
        effects: ['call'],
        calls: [
          {
            to: [contract],
            method,
            selector,
            where: last ? conditions : [{ field: 'parts[].to', in: [address(1000 + index)] }],
          },
        ],
      },
    })),
  intent: callIntent,
  facts: callFacts,
}

const typed: BenchCase = {
  name: 'policy.typed',
  about: 'typed data, by rules that each name a domain, a type and a condition on a field',
  policy: (rules) =>
    rulesOf(rules, (index, last) => ({
      when: {
        effects: ['unknown'],
        typedData: [
          {
            domain: { chainId: '1', verifyingContract: last ? contract : address(index + 1) },
            type: 'Vote(uint256 id,address by)',
            where: [{ field: 'id', max: '7' }],
          },
        ],
      },
    })),
  intent: { ...intentOf({ type: 'unknown', reason: 'typed data' }), kind: 'typed-data' },
  facts: () => ({
    calls: [],
    typedData: {
      type: 'Vote(uint256 id,address by)',
      domain: { chainId: '1', verifyingContract: contract },
      message: { type: 'struct', fields: new Map([['id', { type: 'integer', value: 7n }]]) },
    },
  }),
}

export const benchCases: readonly BenchCase[] = [transfers, calls, sameMethod, typed]

const proofs = [
  {
    person: PersonId('alice'),
    credential: CredentialId(`crd_${'0'.repeat(32)}`),
    kind: 'api-key',
    over: 'request',
  },
] as const
const account = AccountId(`acc_${'1'.repeat(32)}`)

export const questionOf = ({ intent, facts }: BenchCase): PolicyQuestion => ({
  operation: 'sign',
  proofs,
  subject: { intent, account, ...(facts && { facts: facts() }) },
})
