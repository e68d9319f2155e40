/** Builds `account.add`: further accounts under a key of a wallet. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { AccountRequest } from '@holdfast/base/wallet'
import { type Header, observing, type Prepared, prepare } from './prepared.ts'

export type AddAccounts = {
  readonly wallet: WalletId
  readonly key: ObjectId
  readonly accounts: readonly AccountRequest[]
}

/** `base` is the version that the change builds on; another answers `conflict`. */
export const addAccounts = (
  options: AddAccounts,
  context: { readonly header: Header; readonly base: Seen },
): Prepared<WalletAnswer> =>
  prepare(
    {
      operation: 'account.add',
      ...context.header,
      wallet: options.wallet,
      key: options.key,
      accounts: [...options.accounts],
      base: context.base,
    },
    walletAnswer,
    observing(options.wallet),
  )
