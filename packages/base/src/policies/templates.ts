/** Policies to begin with, for the persons of a wallet. */
import type { Chain } from '../chain.ts'
import { fail } from '../errors.ts'
import type { PersonId } from '../ids.ts'
import type { ChangeTerms, Criteria, Policy, Rule } from '../policy.ts'
import type { Limit } from '../policy-limits.ts'

const hourMs = 3_600_000

export const templateNames = [
  'treasury',
  'hot-wallet',
  'exchange-sweeper',
  'cold-wallet',
  'validator',
] as const
export type TemplateName = (typeof templateNames)[number]

export type TemplateOptions = {
  readonly owners: readonly PersonId[]
  /** Programs that act by themselves; the owners where none are named. */
  readonly servers?: readonly PersonId[]
  /** Destinations, where the template keeps to some. */
  readonly to?: readonly string[]
  /** The most of one asset in a transaction, in base units. */
  readonly maxAmount?: string
  readonly maxFee?: string
  /** Satoshi for a virtual byte, or wei for a unit of gas. */
  readonly maxFeeRate?: string
  /** What a program may spend of the chain's coin in a day, in base units. */
  readonly daily?: { readonly chain: Chain; readonly amount: string }
}

const majority = (count: number): number => Math.floor(count / 2) + 1

const terms = (owners: readonly PersonId[], delayMs: number): ChangeTerms => ({
  quorum: majority(owners.length),
  delayMs,
})

const see = (persons: readonly PersonId[]): Rule => ({
  id: 'see',
  effect: 'allow',
  operations: ['wallet.show'],
  persons: [...persons],
  proof: 'session',
})

const manage = (owners: readonly PersonId[]): Rule => ({
  id: 'manage',
  effect: 'allow',
  operations: ['account.add', 'credential.add', 'credential.remove'],
  persons: [...owners],
})

/** What was decided, and by whom. */
const audit = (owners: readonly PersonId[]): Rule => ({
  id: 'audit',
  effect: 'allow',
  operations: ['audit.show'],
  persons: [...owners],
  proof: 'session',
})

/** Guardians of a backup hold the keys together: no owner names them alone. */
const keep = (owners: readonly PersonId[]): Rule => ({
  id: 'keep',
  effect: 'allow',
  operations: ['wallet.backup', 'backup.prove'],
  persons: [...owners],
  quorum: majority(owners.length),
})

const dailyLimit = ({ chain, amount }: NonNullable<TemplateOptions['daily']>): Limit => ({
  type: 'value',
  chain,
  asset: 'native',
  amount,
  windowMs: 24 * hourMs,
})

const required = (value: readonly string[] | undefined, template: string): string[] =>
  value === undefined || value.length === 0
    ? fail('invalid_field', 'this template wants destinations', template)
    : [...value]

type Fees = Pick<Criteria, 'maxFee' | 'maxFeeRate'>

const feesOf = ({ maxFee, maxFeeRate }: TemplateOptions): Fees => ({
  ...(maxFee === undefined ? {} : { maxFee }),
  ...(maxFeeRate === undefined ? {} : { maxFeeRate }),
})

type Template = {
  readonly about: string
  readonly make: (options: TemplateOptions, fees: Fees) => Policy
}

const policyOf = (
  owners: readonly PersonId[],
  changes: ChangeTerms,
  ...rules: readonly Rule[]
): Policy => ({
  format: 'holdfast policy v1',
  changes,
  rules: [...rules, audit(owners), keep(owners)],
})

export const templates: Readonly<Record<TemplateName, Template>> = {
  treasury: {
    about: 'a majority of the owners signs every transfer; rules change after two days',
    make: ({ owners, to }, fees) =>
      policyOf(owners, terms(owners, 48 * hourMs), see(owners), manage(owners), {
        id: 'owners-spend',
        effect: 'allow',
        operations: ['sign'],
        persons: [...owners],
        quorum: majority(owners.length),
        when: {
          kinds: ['transaction'],
          effects: ['transfer'],
          ...(to === undefined ? {} : { to: [...to] }),
          ...fees,
        },
      }),
  },
  'hot-wallet': {
    about: 'a server pays small amounts alone, the owners more; nothing but transfers',
    make: ({ owners, servers = owners, maxAmount = '0', daily }, fees) =>
      policyOf(
        owners,
        terms(owners, 24 * hourMs),
        see([...new Set([...owners, ...servers])]),
        manage(owners),
        {
          id: 'server-pays',
          effect: 'allow',
          operations: ['sign'],
          persons: [...servers],
          ...(daily === undefined ? {} : { limits: [dailyLimit(daily)], once: true as const }),
          when: {
            kinds: ['transaction'],
            effects: ['transfer'],
            maxAmount,
            ...fees,
          },
        },
        {
          id: 'owners-pay',
          effect: 'allow',
          operations: ['sign'],
          persons: [...owners],
          quorum: majority(owners.length),
          when: { kinds: ['transaction'], effects: ['transfer'] },
        },
      ),
  },
  'exchange-sweeper': {
    about: 'a server moves deposits to named addresses and nowhere else',
    make: ({ owners, servers = owners, to }, fees) =>
      policyOf(
        owners,
        terms(owners, 48 * hourMs),
        see([...new Set([...owners, ...servers])]),
        manage(owners),
        {
          id: 'server-sweeps',
          effect: 'allow',
          operations: ['sign'],
          persons: [...servers],
          proof: 'session',
          when: {
            kinds: ['transaction'],
            effects: ['transfer'],
            to: required(to, 'exchange-sweeper'),
            ...fees,
          },
        },
      ),
  },
  'cold-wallet': {
    about: 'all owners sign, to named addresses only; rules change after a week',
    make: ({ owners, to }) =>
      policyOf(owners, { quorum: owners.length, delayMs: 7 * 24 * hourMs }, see(owners), {
        id: 'all-owners-spend',
        effect: 'allow',
        operations: ['sign'],
        persons: [...owners],
        quorum: owners.length,
        when: {
          kinds: ['transaction'],
          effects: ['transfer'],
          to: required(to, 'cold-wallet'),
        },
      }),
  },
  validator: {
    about: 'a server signs calls of named contracts or programs that move at most a bound',
    make: ({ owners, servers = owners, to, maxAmount = '0' }, fees) =>
      policyOf(
        owners,
        terms(owners, 24 * hourMs),
        see([...new Set([...owners, ...servers])]),
        manage(owners),
        {
          id: 'server-calls',
          effect: 'allow',
          operations: ['sign'],
          persons: [...servers],
          proof: 'session',
          when: {
            kinds: ['transaction'],
            effects: ['call'],
            to: required(to, 'validator'),
            maxAmount,
            ...fees,
          },
        },
      ),
  },
}

/** Throws `invalid_field` where the template wants something that is not given. */
export const policyTemplate = (name: TemplateName, options: TemplateOptions): Policy =>
  options.owners.length === 0
    ? fail('invalid_field', 'a wallet has an owner', 'owners')
    : templates[name].make(options, feesOf(options))
