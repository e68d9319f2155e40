/** Builds `wallet.show` and `wallet.list`, which change nothing. */
import {
  type LimitsAnswer,
  limitsAnswer,
  type OutcomeAnswer,
  outcomeAnswer,
  type SupersededObjectsAnswer,
  supersededObjectsAnswer,
  type WalletAnswer,
  type WalletListAnswer,
  walletAnswer,
  walletListAnswer,
} from '@holdfast/base/answers'
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import { type Header, mustMatch, observeWallet, type Prepared, prepare } from './prepared.ts'

export const showWallet = (
  wallet: WalletId,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<WalletAnswer> =>
  prepare(
    {
      operation: 'wallet.show',
      ...context.header,
      wallet,
      ...(context.seen === undefined ? {} : { seen: context.seen }),
    },
    walletAnswer,
    (answer) => {
      mustMatch(answer.wallet.id, wallet)
      return observeWallet(answer)
    },
  )

export const showLimits = (
  wallet: WalletId,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<LimitsAnswer> =>
  prepare(
    {
      operation: 'limits.show',
      ...context.header,
      wallet,
      ...(context.seen === undefined ? {} : { seen: context.seen }),
    },
    limitsAnswer,
  )

export type AskOutcome = {
  readonly wallet: WalletId
  /** SHA-256 of the request's bytes: the `request` of the wallet that its answer showed. */
  readonly request: string
}

export const showOutcome = (
  { wallet, request }: AskOutcome,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<OutcomeAnswer> =>
  prepare(
    {
      operation: 'wallet.outcome',
      ...context.header,
      wallet,
      request,
      ...(context.seen === undefined ? {} : { seen: context.seen }),
    },
    outcomeAnswer,
    (answer) => {
      mustMatch(answer.wallet, wallet)
      mustMatch(answer.request, request)
      return undefined
    },
  )

export const showSupersededObjects = (
  wallet: WalletId,
  context: { readonly header: Header; readonly seen?: Seen },
): Prepared<SupersededObjectsAnswer> =>
  prepare(
    {
      operation: 'objects.superseded',
      ...context.header,
      wallet,
      ...(context.seen === undefined ? {} : { seen: context.seen }),
    },
    supersededObjectsAnswer,
    (answer) => {
      mustMatch(answer.wallet, wallet)
      return undefined
    },
  )

export type ListWallets = {
  /** Wallets behind this one, in the order of their ids. */
  readonly after?: WalletId
  readonly limit?: number
}

export const listWallets = (
  options: ListWallets,
  context: { readonly header: Header },
): Prepared<WalletListAnswer> =>
  prepare({ operation: 'wallet.list', ...context.header, ...options }, walletListAnswer)
