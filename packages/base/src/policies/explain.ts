/** A policy in plain words, one sentence a rule: what people read before they authorise it. */
import type { Chain } from '../chain.ts'
import {
  type CredentialKind,
  type Criteria,
  changeTermsDefault,
  type Policy,
  type RecoveryTerms,
  type Rule,
} from '../policy.ts'
import type { Limit } from '../policy-limits.ts'
import { defaultEffects } from './default-effects.ts'
import { and, callWords, or, typedDataWords } from './explain-calls.ts'

const kinds: Readonly<Record<CredentialKind, string>> = {
  'api-key': 'an API key',
  'tls-certificate': 'a client certificate',
  passkey: 'a passkey',
  password: 'a password',
}

const operations: Readonly<Record<Rule['operations'][number], string>> = {
  sign: 'sign',
  'wallet.show': 'see the wallet',
  'account.add': 'add accounts',
  'credential.add': 'add credentials',
  'credential.remove': 'remove credentials',
  'wallet.backup': 'back the wallet up',
  'backup.prove': 'prove a backup',
  'audit.show': 'read the log of decisions',
  'key.export': 'let keys leave',
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
  const either = by === undefined ? '' : ` by ${or(by.map((kind) => kinds[kind]))}`
  const both = allKinds && ` by each of ${and(allKinds.map((kind) => kinds[kind]))}`
  const how = `${either}${both ?? ''}`
  return `${subject}${how}${proof === 'session' ? ', authenticated once for a session,' : ''}`
}

/** Decimals of the chain's own coin. */
const coinDecimals: Readonly<Record<Chain, number>> = { ethereum: 18, bitcoin: 8, solana: 9 }

/** `1.5 coins of ethereum`: what so many base units of the chain's coin are. */
const coins = (units: string, chain: Chain): string => {
  const padded = units.padStart(coinDecimals[chain] + 1, '0')
  const whole = padded.slice(0, -coinDecimals[chain])
  const rest = padded.slice(-coinDecimals[chain]).replace(/0+$/, '')
  const amount = rest === '' ? whole : `${whole}.${rest}`
  return `${amount} ${amount === '1' ? 'coin' : 'coins'} of ${chain}`
}

/** Base units, and the coins that they are where one chain alone is meant. */
const inCoins = (units: string, chains: Criteria['chains']): string => {
  const [only, ...others] = chains ?? []
  return only === undefined || others.length > 0 ? '' : ` (${coins(units, only)})`
}

const sums = ({ chains, maxAmount, maxFee, maxFeeRate }: Criteria): readonly string[] => [
  ...(maxAmount === undefined
    ? []
    : [
        `at most ${maxAmount} base units${inCoins(maxAmount, chains)} of each asset in one ` +
          `transaction${maxFee === undefined ? ', the fee counted as the coin' : ''}`,
      ]),
  ...(maxFee === undefined
    ? []
    : [`a fee of at most ${maxFee} base units${inCoins(maxFee, chains)}`]),
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

const limitWords = (limit: Limit): string => {
  if (limit.type === 'signatures') return `at most ${limit.count} signatures ${per(limit.windowMs)}`
  const { amount, asset, chain, network } = limit
  const on = network === undefined ? '' : ` on network ${network}`
  const what =
    asset === 'native'
      ? `${coins(amount, chain)}${on}`
      : `${amount} base units of ${asset} on ${chain}${network === undefined ? '' : ` ${network}`}`
  return `at most ${what} ${per(limit.windowMs)}`
}

const counted = ({ limits = [], once }: Rule): readonly string[] => [
  ...limits.map(limitWords),
  ...(once === true ? ['each intent once'] : []),
]

const what = (rule: Rule): string => {
  const { operations: named, when = {}, effect } = rule
  const acts = and(named.map((one) => operations[one]))
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

const recoveryWords = ({ persons, quorum, delayMs }: RecoveryTerms): string =>
  `${quorum === 1 ? or(persons) : `${quorum} of ${and(persons)}`} may give an owner who lost his ` +
  `credentials new ones, ${duration(delayMs)}` +
  `${delayMs === 0 ? '' : ', unless a credential that he still has cancels it'}.`

/** The terms of change and of recovery, each rule, and what holds for everything else. */
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
    ...(policy.recovery === undefined ? [] : [recoveryWords(policy.recovery)]),
  ]
}
