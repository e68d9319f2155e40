/** What is counted: a limit of a rule, or the guesses at a credential. */
import type { Brand } from '@holdfast/base/brand'
import type { CredentialId } from '@holdfast/base/ids'
import type { Rule } from '@holdfast/base/policy'
import type { Limit } from '@holdfast/base/policy-limits'
import type { Wallet } from '@holdfast/base/wallet'

export type CounterId = Brand<string, 'CounterId'>

export type Counter = {
  readonly id: CounterId
  /** The most that all zones together count in one window. */
  readonly limit: bigint
  /** Absent: a window ends with a success (guesses), not with time. */
  readonly lengthMs?: number
  /** Takes no more of a share than what is counted at once. */
  readonly exact: boolean
}

/** Hexadecimal addresses are one address in either case (EIP-55). */
const assetName = (asset: string): string => (asset.startsWith('0x') ? asset.toLowerCase() : asset)

/** The amount is no part of the name: a limit that changes goes on counting where it was. */
const nameOf = (rule: Rule['id'], limit: Limit): CounterId => {
  const what =
    limit.type === 'signatures'
      ? 'signatures'
      : `value ${limit.chain} ${limit.network ?? '*'} ${assetName(limit.asset)}`
  return `${rule} ${what} ${limit.windowMs}` as CounterId
}

export const counterOf = (rule: Rule['id'], limit: Limit): Counter => ({
  id: nameOf(rule, limit),
  limit: limit.type === 'signatures' ? BigInt(limit.count) : BigInt(limit.amount),
  lengthMs: limit.windowMs,
  exact: false,
})

/** Ids of guesses begin with a space, which no rule's id does. */
export const guessCounter = (credential: CredentialId, limit: number): Counter => ({
  id: ` guesses ${credential}` as CounterId,
  limit: BigInt(limit),
  exact: true,
})

/** The limits of a policy, each with its rule. */
export const countersOf = (
  policy: Wallet['policy'],
): readonly { readonly rule: Rule; readonly limit: Limit; readonly counter: Counter }[] =>
  policy.rules.flatMap((rule) =>
    (rule.limits ?? []).map((limit) => ({ rule, limit, counter: counterOf(rule.id, limit) })),
  )

export const windowAt = (lengthMs: number, ms: number): number => Math.floor(ms / lengthMs)

/** When the window after this one opens. */
export const windowEndMs = (lengthMs: number, window: number): number => (window + 1) * lengthMs
