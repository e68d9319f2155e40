/** What is likely not meant in a policy: rules that never decide, and ways around a denial. */
import type { Chain } from '../chain.ts'
import type { Effect } from '../intent.ts'
import { type Criteria, changeTermsDefault, type Policy, type Rule } from '../policy.ts'
import type { Person } from '../wallet.ts'
import { allowsLess } from './compare.ts'
import { defaultEffects } from './default-effects.ts'

export const findingKinds = [
  'shadowed',
  'never-matches',
  'outflanks-deny',
  'no-terms',
  'unsafe-terms',
  'raw-use',
  'nobody-signs',
] as const

export type Finding = {
  readonly kind: (typeof findingKinds)[number]
  /** The rule that it is about; the whole policy where absent. */
  readonly rule?: string
  /** Another rule that has to do with it. */
  readonly other?: string
  readonly text: string
}

type Context = { readonly policy: Policy; readonly persons?: readonly Person[] }

const speaks = (rule: Rule, operation: Rule['operations'][number]): boolean =>
  rule.operations.includes('*') || rule.operations.includes(operation)

const meets = (
  left: readonly string[] | undefined,
  right: readonly string[] | undefined,
): boolean =>
  left === undefined ||
  right === undefined ||
  left.some((one) => right.some((other) => other.toLowerCase() === one.toLowerCase()))

const covers = (rule: Rule, earlier: Rule): boolean =>
  allowsLess({ ...rule, id: earlier.id }, earlier)

const shadowed = ({ policy: { rules } }: Context): readonly Finding[] =>
  rules.flatMap((rule, index): Finding[] => {
    const before = rules.slice(0, index)
    const earlier = before.find((one) => one.effect === 'allow' && covers(rule, one))
    if (rule.effect !== 'allow' || earlier === undefined) return []
    const text = `whatever ${rule.id} allows, ${earlier.id} allows before it`
    return [{ kind: 'shadowed', rule: rule.id, other: earlier.id, text }]
  })

const deniesAll = (deny: Rule, rule: Rule): boolean => {
  const { chains, accounts, networks, kinds, ...narrower } = deny.when ?? {}
  const plain = deny.persons === undefined && deny.kinds === undefined
  const context = { chains, accounts, networks, kinds } as const
  const inContext = (Object.keys(context) as (keyof typeof context)[]).every((name) => {
    const denied: readonly string[] | undefined = context[name]
    const allowed: readonly string[] | undefined = rule.when?.[name]
    return denied === undefined || allowed?.every((one) => denied.includes(one)) === true
  })
  const all = Object.keys(narrower).length === 0
  const sameOperations =
    deny.operations.includes('*') || rule.operations.every((one) => deny.operations.includes(one))
  return plain && inContext && all && sameOperations
}

const never = (rule: Rule, { policy, persons }: Context): string | undefined => {
  const { when = {}, quorum = 1 } = rule
  const signs = speaks(rule, 'sign')
  if (!signs && rule.when !== undefined) return 'its criteria only hold for signatures'
  const denial = policy.rules.find((one) => one.effect === 'deny' && deniesAll(one, rule))
  if (rule.effect === 'allow' && denial !== undefined) return `${denial.id} denies all of it`
  const known = new Set<string>(persons?.map(({ id }) => id))
  const stranger = persons && rule.persons?.find((id) => !known.has(id))
  if (stranger !== undefined) return `the wallet has no person ${stranger}`
  const most = rule.persons?.length ?? persons?.length
  if (most !== undefined && quorum > most) return `it wants ${quorum} persons of ${most}`
  return unsatisfiable(when)
}

/** Criteria that speak of one chain alone. */
const chainOf: readonly (readonly [Chain, readonly (keyof Criteria)[]])[] = [
  ['ethereum', ['calls', 'typedData']],
  ['bitcoin', ['sighashes']],
  ['solana', ['programs', 'lookupTables', 'nonceAccounts']],
]

const chainsApart = (criteria: Criteria): string | undefined => {
  const wanted = chainOf.flatMap(([chain, names]) =>
    names.some((name) => criteria[name] !== undefined) ? [chain] : [],
  )
  if (wanted.length > 1) return `no transaction is of ${wanted.join(' and ')} at once`
  const [only] = wanted
  return only !== undefined && criteria.chains?.includes(only) === false
    ? `its criteria are ${only}’s alone`
    : undefined
}

const unsatisfiable = (criteria: Criteria): string | undefined => {
  const apart = chainsApart(criteria)
  if (apart !== undefined) return apart
  const { chains, kinds, to, assets, maxAmount } = criteria
  const effects: readonly Effect['type'][] = criteria.effects ?? defaultEffects
  if (kinds?.every((kind) => kind === 'typed-data') === true) {
    if (chains?.includes('ethereum') === false) return 'typed data is Ethereum’s alone'
  }
  const bounded = to !== undefined || assets !== undefined || maxAmount !== undefined
  if (bounded && effects.every((effect) => effect === 'unknown')) {
    return 'what cannot be decoded has no destination, asset or amount'
  }
  if (kinds?.every((kind) => kind === 'raw') === true && !effects.includes('unknown')) {
    return 'raw use is an effect of the type unknown'
  }
  return undefined
}

const neverMatching = (context: Context): readonly Finding[] =>
  context.policy.rules.flatMap((rule): Finding[] => {
    const why = never(rule, context)
    return why === undefined
      ? []
      : [{ kind: 'never-matches', rule: rule.id, text: `${rule.id} can never match: ${why}` }]
  })

/** Ways by which an allow reaches what a denial of destinations or assets meant to keep. */
const around = (deny: Rule, rule: Rule): string | undefined => {
  const { when: denied = {} } = deny
  const { when: allowed = {} } = rule
  if (!meets(denied.chains, allowed.chains) || !meets(denied.accounts, allowed.accounts)) {
    return undefined
  }
  const named = allowed.effects ?? defaultEffects
  if (denied.effects !== undefined) {
    const others = named.filter((effect) => !denied.effects?.includes(effect))
    const spends = others.filter((effect) => effect !== 'message' && effect !== 'unknown')
    if (denied.effects.includes('transfer') && spends.includes('approve')) {
      return 'an approval lets another take what a transfer may not send'
    }
    if (denied.effects.includes('transfer') && spends.includes('call')) {
      return 'a call can move what a transfer may not'
    }
    if (denied.effects.includes('transfer') && spends.includes('order')) {
      return 'an order lets others take what a transfer may not send'
    }
    if (others.includes('delegate')) return 'a delegation hands the whole account over'
  }
  const free = allowed.to === undefined
  const calls = named.includes('call') || named.includes('approve')
  if (denied.to !== undefined && free && calls) {
    return 'a contract that may be called can pass funds on to any address'
  }
  return undefined
}

const outflanking = ({ policy: { rules } }: Context): readonly Finding[] =>
  rules
    .filter((deny) => deny.effect === 'deny' && speaks(deny, 'sign'))
    .flatMap((deny) =>
      rules
        .filter((rule) => rule.effect === 'allow' && speaks(rule, 'sign'))
        .flatMap((rule): Finding[] => {
          const why = around(deny, rule)
          const text = `${rule.id} goes around ${deny.id}: ${why}`
          return why === undefined
            ? []
            : [{ kind: 'outflanks-deny', rule: rule.id, other: deny.id, text }]
        }),
    )

const whole = ({ policy, persons }: Context): readonly Finding[] => {
  const { quorum, delayMs } = policy.changes ?? changeTermsDefault
  const owners = persons?.filter(({ owner }) => owner).length
  const signs = policy.rules.some((rule) => rule.effect === 'allow' && speaks(rule, 'sign'))
  const raw = policy.rules.filter(
    ({ effect, when }) =>
      effect === 'allow' &&
      when?.effects?.includes('unknown') === true &&
      // A type that is named whole can be read by whoever named it.
      when.typedData?.every(({ type }) => type !== undefined) !== true,
  )
  return [
    ...(policy.changes === undefined
      ? [
          {
            kind: 'no-terms',
            text: 'no terms of change: any one owner may replace all rules at once',
          } as const,
        ]
      : []),
    ...(policy.changes !== undefined && delayMs === 0 && (owners === undefined || owners > quorum)
      ? [
          {
            kind: 'unsafe-terms',
            text: 'changes that loosen take effect at once: nobody has time to cancel one',
          } as const,
        ]
      : []),
    ...raw.map(
      (rule) =>
        ({
          kind: 'raw-use',
          rule: rule.id,
          text: `${rule.id} lets data be signed that nobody can read`,
        }) as const,
    ),
    ...(signs ? [] : [{ kind: 'nobody-signs', text: 'no rule lets anybody sign' } as const]),
  ]
}

/** Findings in the order of the rules; none where nothing is to be said. */
export const lintPolicy = (policy: Policy, persons?: readonly Person[]): readonly Finding[] => {
  const context = { policy, ...(persons === undefined ? {} : { persons }) }
  return [
    ...neverMatching(context),
    ...shadowed(context),
    ...outflanking(context),
    ...whole(context),
  ]
}
