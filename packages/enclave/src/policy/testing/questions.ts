/** What tests ask of policies: proofs, rules, and transactions as they are understood. */
import { AccountId, CredentialId, PersonId } from '@holdfast/base/ids'
import type { Effect, Intent } from '@holdfast/base/intent'
import type { Policy, Rule } from '@holdfast/base/policy'
import type { Proof } from '../../credentials/verify-proofs.ts'

export const account = AccountId(`acc_${'1'.repeat(32)}`)

export const proof = (
  person: string,
  kind: Proof['kind'] = 'api-key',
  over: Proof['over'] = 'request',
): Proof => ({
  person: PersonId(person),
  credential: CredentialId(`crd_${'0'.repeat(32)}`),
  kind,
  over,
})

/** Rules that allow to sign, as far as they say nothing else. */
export const policyOf = (...rules: readonly Partial<Rule>[]): Policy => ({
  format: 'holdfast policy v1',
  rules: rules.map((rule, index) => ({
    id: `rule-${index + 1}`,
    effect: 'allow',
    operations: ['sign'],
    ...rule,
  })),
})

export const transferOf = (to: string, amount: string, asset = 'native'): Effect => ({
  type: 'transfer',
  asset,
  to,
  amount,
})

/** Transactions on Ethereum at this fee, as far as they say nothing else. */
export const transactionsAt =
  (fee: string) =>
  (effects: readonly Effect[], rest: Partial<Intent> = {}): Intent => ({
    chain: 'ethereum',
    network: '1',
    kind: 'transaction',
    effects: [...effects],
    fee,
    details: {},
    ...rest,
  })
