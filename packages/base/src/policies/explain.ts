/** A policy in plain words, one sentence a rule: what people read before they authorise it. */
import { type Criteria, changeTermsDefault, type Policy, type Rule } from '../policy.ts'
import { defaultEffects } from './default-effects.ts'
import { and, callWords, or, typedDataWords } from './explain-calls.ts'

/** What has no words here is shown by its own name. */
const kinds: Readonly<Record<string, string>> = {
  'api-key': 'an API key',
  'tls-certificate': 'a client certificate',
  passkey: 'a passkey',
  password: 'a password',
}

const operations: Readonly<Record<string, string>> = {
  sign: 'sign',
  'wallet.show': 'see the wallet',
  'account.add': 'add accounts',
  'credential.add': 'add credentials',
  'credential.remove': 'remove credentials',
  'wallet.backup': 'back the wallet up',
  'backup.prove': 'prove a backup',
  kmip: 'use general objects over KMIP',
  '*': 'do everything',
}

const effects: Readonly<Record<NonNullable<Criteria['effects']>[number], string>> = {
  transfer: 'transfers',
  approve: 'approvals and permits',
  order: 'orders that others may fill',
  call: 'calls of contracts and programs',
  deploy: 'deployments',
  delegate: 'delegations of the account (EIP-7702)',
  message: 'messages',
  unknown: 'data that cannot be decoded (raw use)',
}

const who = ({ persons, kinds: by, allKinds, quorum = 1, proof = 'request' }: Rule): string => {
  const named = persons === undefined ? 'person of the wallet' : or(persons)
  const subject =
    persons === undefined
      ? `any ${quorum === 1 ? named : `${quorum} persons of the wallet`}`
      : quorum === 1
        ? named
        : `${quorum} of ${and(persons)}`
  const either = by === undefined ? '' : ` by ${or(by.map((kind) => kinds[kind] ?? kind))}`
  const both = allKinds && ` by each of ${and(allKinds.map((kind) => kinds[kind] ?? kind))}`
  const how = `${either}${both ?? ''}`
  return `${subject}${how}${proof === 'session' ? ', authenticated once for a session,' : ''}`
}

const sums = ({ maxAmount, maxFee, maxFeeRate }: Criteria): readonly string[] => [
  ...(maxAmount === undefined
    ? []
    : [
        `at most ${maxAmount} base units of each asset in one transaction` +
          (maxFee === undefined ? ', the fee counted as the coin' : ''),
      ]),
  ...(maxFee === undefined ? [] : [`a fee of at most ${maxFee}`]),
  ...(maxFeeRate === undefined
    ? []
    : [`at most ${maxFeeRate} base units for a virtual byte or a unit of gas`]),
]

const conditions = (criteria: Criteria): readonly string[] => {
  const { chains, networks, kinds: of, accounts, to, assets, selectors } = criteria
  const { sighashes, programs, lookupTables, nonceAccounts } = criteria
  return [
    ...(chains === undefined ? [] : [`on ${or(chains)}`]),
    ...(networks === undefined ? [] : [`on network ${or(networks)}`]),
    ...(of === undefined ? [] : [`as ${or(of)}`]),
    ...(accounts === undefined ? [] : [`from account ${or(accounts)}`]),
    ...(to === undefined ? [] : [`to ${or(to)} alone`]),
    ...(assets === undefined ? [] : [`of ${or(assets)} alone`]),
    ...(selectors === undefined ? [] : [`calling ${or(selectors)} alone`]),
    ...(criteria.calls === undefined ? [] : [`calling ${or(criteria.calls.map(callWords))} alone`]),
    ...(criteria.typedData === undefined
      ? []
      : [`as typed data ${or(criteria.typedData.map(typedDataWords))} alone`]),
    ...(sighashes === undefined ? [] : [`signing ${or(sighashes)} of the transaction`]),
    ...(programs === undefined ? [] : [`by the programs ${and(programs)} alone`]),
    ...(lookupTables === undefined
      ? []
      : [`with accounts, whichever they are, from the lookup tables ${and(lookupTables)}`]),
    ...(nonceAccounts === undefined
      ? []
      : [`at any time by the durable nonces ${and(nonceAccounts)}`]),
    ...sums(criteria),
  ]
}

const counted = ({ limits = [], once }: Rule): readonly string[] => [
  ...limits.map((limit) =>
    limit.type === 'signatures'
      ? `at most ${limit.count} signatures ${per(limit.windowMs)}`
      : `at most ${limit.amount} base units of ${limit.asset} on ${limit.chain}` +
        `${limit.network === undefined ? '' : ` ${limit.network}`} ${per(limit.windowMs)}`,
  ),
  ...(once === true ? ['each intent once'] : []),
]

const what = (rule: Rule): string => {
  const { operations: named, when = {}, effect } = rule
  const acts = and(named.map((one) => operations[one] ?? one))
  const signs = named.includes('sign') || named.includes('*')
  const shown = when.effects ?? (effect === 'allow' ? defaultEffects : undefined)
  const limits = signs ? [...conditions(when), ...counted(rule)] : []
  const of = !signs || shown === undefined ? '' : ` (${and(shown.map((one) => effects[one]))})`
  return `${acts}${of}${limits.length === 0 ? '' : `, ${limits.join(', ')}`}`
}

/** `treasury: 2 of alice, bob and carol may sign (transfers and messages), on ethereum.` */
export const explainRule = (rule: Rule): string => {
  if (rule.effect === 'allow') return `${rule.id}: ${who(rule)} may ${what(rule)}.`
  const aimed = rule.persons !== undefined || rule.kinds !== undefined
  return `${rule.id}: ${aimed ? who(rule) : 'nobody'} may ${aimed ? 'never ' : ''}${what(rule)}.`
}

const per = (ms: number): string => `in each window of ${span(ms)}`

const span = (ms: number): string => {
  const hours = ms / 3_600_000
  if (hours < 1) return `${Math.round(ms / 60_000)} minutes`
  return hours < 48 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`
}

const duration = (ms: number): string => (ms === 0 ? 'at once' : `after ${span(ms)}`)

/** The terms of change, each rule, and what holds for everything else. */
export const explainPolicy = (policy: Policy): readonly string[] => {
  const { quorum, delayMs } = policy.changes ?? changeTermsDefault
  const owners = quorum === 1 ? 'one owner' : `${quorum} owners`
  const denials = policy.rules.filter((rule) => rule.effect === 'deny')
  const others = policy.rules.filter((rule) => rule.effect === 'allow')
  return [
    ...denials.map(explainRule),
    ...others.map(explainRule),
    'Everything else is denied; a rule that denies wins over every rule that allows.',
    `These rules are loosened by ${owners}, ${duration(delayMs)}` +
      `${delayMs === 0 ? '' : ', unless any owner cancels it'}; any owner tightens them at once.`,
  ]
}
