/** The policy of a wallet: rules as data, default deny, deny wins (DESIGN §6). */
import { z } from 'zod'
import { chain } from './chain.ts'
import { intentKinds } from './intent.ts'
import { changeDelayMsMax, limitsPerRuleMax, namedCallsMax, policyRulesMax } from './limits.ts'
import { callCriterion, typedDataCriterion } from './policy-conditions.ts'
import { limit } from './policy-limits.ts'
import { accountId, decimal, hex, personId } from './schema.ts'

export const credentialKinds = ['api-key', 'tls-certificate', 'passkey', 'password'] as const
export const credentialKind = z.enum(credentialKinds)
export type CredentialKind = z.infer<typeof credentialKind>

/** Operations that a policy judges. `*` stands for all of them. */
export const policyOperations = [
  'sign',
  'wallet.show',
  'account.add',
  'credential.add',
  'credential.remove',
  'wallet.backup',
  'backup.prove',
  'audit.show',
  'key.export',
  /** General objects of the wallet over KMIP. */
  'kmip',
  '*',
] as const

export const effectTypes = [
  'transfer',
  'approve',
  'order',
  'call',
  'deploy',
  'delegate',
  'message',
  'unknown',
] as const

/** BIP-174 and BIP-341 names; nothing else is signed at all. */
export const sighashes = ['ALL', 'DEFAULT'] as const

/** Each named criterion must hold for every effect of the transaction. */
export const criteria = z.strictObject({
  chains: z.array(chain).min(1).exactOptional(),
  networks: z.array(z.string().max(64)).min(1).exactOptional(),
  kinds: z.array(z.enum(intentKinds)).min(1).exactOptional(),
  accounts: z.array(accountId).min(1).exactOptional(),
  /** Addresses that may receive, spend or be called. */
  to: z.array(z.string().max(256)).min(1).exactOptional(),
  assets: z.array(z.string().max(128)).min(1).exactOptional(),
  /** What may be called: the first four bytes of call data, or a program's discriminator. */
  selectors: z.array(hex()).min(1).exactOptional(),
  /**
   * The most of one asset that all transfers, approvals and calls of the transaction sum up to;
   * the fee counts as the chain's coin, unless `maxFee` bounds it by itself.
   */
  maxAmount: decimal.exactOptional(),
  maxFee: decimal.exactOptional(),
  /** Satoshi for a virtual byte, by the size that the enclave derives; wei for a unit of gas. */
  maxFeeRate: decimal.exactOptional(),
  /** Ethereum: every call, nested ones too, must be one of these, decoded whole. */
  calls: z.array(callCriterion).min(1).max(namedCallsMax).exactOptional(),
  /** EIP-712 data of one of these forms, and nothing else. */
  typedData: z.array(typedDataCriterion).min(1).max(namedCallsMax).exactOptional(),
  /** Bitcoin: how much of the transaction the signatures cover. */
  sighashes: z.array(z.enum(sighashes)).min(1).exactOptional(),
  /** Solana: the programs that instructions call. */
  programs: z.array(z.string().max(64)).min(1).exactOptional(),
  /** Solana: named, accounts may come from these tables: whose addresses nobody here knows. */
  lookupTables: z.array(z.string().max(64)).min(1).exactOptional(),
  /** Solana: named, a transaction may live by one of these durable nonces. */
  nonceAccounts: z.array(z.string().max(64)).min(1).exactOptional(),
  /** Effect types that may occur; where absent, `transfer` and `message` alone. */
  effects: z.array(z.enum(effectTypes)).min(1).exactOptional(),
})
export type Criteria = z.infer<typeof criteria>

export const rule = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
  effect: z.enum(['allow', 'deny']),
  operations: z.array(z.enum(policyOperations)).min(1),
  /** Who: at least `quorum` (default 1) of `persons` (default anyone), by one of `kinds`. */
  persons: z.array(personId).min(1).exactOptional(),
  kinds: z.array(credentialKind).min(1).exactOptional(),
  /** Each person must prove himself by every one of these kinds: a passkey and a password. */
  allKinds: z.array(credentialKind).min(2).exactOptional(),
  quorum: z.int().min(1).max(32).exactOptional(),
  /** `session`: a session authenticated once is enough. Default `request`: over these bytes. */
  proof: z.enum(['session', 'request']).exactOptional(),
  when: criteria.exactOptional(),
  /**
   * For `allow` alone. The rule then allows signatures and nothing else, only of what its limits
   * can count, and only while all of them hold.
   */
  limits: z.array(limit).min(1).max(limitsPerRuleMax).exactOptional(),
  /** For `allow` alone: an intent id, which requests must name, signs one transaction at most. */
  once: z.literal(true).exactOptional(),
})
export type Rule = z.infer<typeof rule>

/**
 * What a change needs that loosens the wallet: the proofs of so many owners, and time in which any
 * of them may cancel it. What tightens needs one owner and takes effect at once.
 */
export const changeTerms = z.strictObject({
  quorum: z.int().min(1).max(32),
  delayMs: z.int().min(0).max(changeDelayMsMax),
})
export type ChangeTerms = z.infer<typeof changeTerms>

/** The terms of a policy that names none: one owner, at once. `holdfast policy lint` warns. */
export const changeTermsDefault: ChangeTerms = { quorum: 1, delayMs: 0 }

/**
 * Who may give owners new credentials when theirs are lost. The delay is theirs to veto it in, by
 * any credential that is left, at any zone.
 */
export const recoveryTerms = z.strictObject({
  persons: z.array(personId).min(1).max(32),
  quorum: z.int().min(1).max(32),
  delayMs: z.int().min(0).max(changeDelayMsMax),
})
export type RecoveryTerms = z.infer<typeof recoveryTerms>

export const policy = z.strictObject({
  format: z.literal('holdfast policy v1'),
  changes: changeTerms.exactOptional(),
  recovery: recoveryTerms.exactOptional(),
  rules: z.array(rule).max(policyRulesMax),
})
export type Policy = z.infer<typeof policy>
