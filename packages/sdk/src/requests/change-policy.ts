/** Builds what changes a wallet's rules: `policy.change`, `wallet.unfreeze` and their opposites. */
import {
  type MarkAnswer,
  markAnswer,
  type WalletAnswer,
  walletAnswer,
} from '@holdfast/base/answers'
import type { WalletId } from '@holdfast/base/ids'
import type { Policy } from '@holdfast/base/policy'
import type { Seen } from '@holdfast/base/requests/header'
import { type Header, mustMatch, observeWallet, type Prepared, prepare } from './prepared.ts'

export type ChangePolicy = {
  readonly wallet: WalletId
  readonly policy: Policy
  /** Where owners are missing, it waits for them; the refusal `waiting` names it. */
  readonly wait?: boolean
}

export type Unfreeze = {
  readonly wallet: WalletId
  /** The freezes to lift, as `showWallet` names them in `marks`. */
  readonly marks: readonly string[]
  readonly wait?: boolean
}

type Context = { readonly header: Header; readonly base: Seen }

const observed =
  (wallet: WalletId): Prepared<WalletAnswer>['observe'] =>
  (answer) => {
    mustMatch(answer.wallet.id, wallet)
    return observeWallet(answer)
  }

export const changePolicy = (
  { wallet, policy, wait = false }: ChangePolicy,
  { header, base }: Context,
): Prepared<WalletAnswer> =>
  prepare(
    { operation: 'policy.change', ...header, ...(wait && { wait }), wallet, base, policy },
    walletAnswer,
    observed(wallet),
  )

export const unfreezeWallet = (
  { wallet, marks, wait = false }: Unfreeze,
  { header, base }: Context,
): Prepared<WalletAnswer> =>
  prepare(
    {
      operation: 'wallet.unfreeze',
      ...header,
      ...(wait && { wait }),
      wallet,
      base,
      marks: [...marks],
    },
    walletAnswer,
    observed(wallet),
  )

const ofWallet =
  (wallet: WalletId): Prepared<MarkAnswer>['observe'] =>
  (answer) => {
    mustMatch(answer.wallet, wallet)
    return undefined
  }

export const freezeWallet = (
  wallet: WalletId,
  { header }: { readonly header: Header },
): Prepared<MarkAnswer> =>
  prepare({ operation: 'wallet.freeze', ...header, wallet }, markAnswer, ofWallet(wallet))

/** `change` is the hash of the request of a change that waits: `wallet.pending[].request`. */
export const cancelChange = (
  { wallet, change }: { readonly wallet: WalletId; readonly change: string },
  { header }: { readonly header: Header },
): Prepared<MarkAnswer> =>
  prepare({ operation: 'change.cancel', ...header, wallet, change }, markAnswer, ofWallet(wallet))
