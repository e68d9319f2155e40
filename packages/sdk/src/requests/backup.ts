/** Builds `wallet.backup` and `backup.prove`: shares for guardians, and the drill with them. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import type { Guardian } from '@holdfast/base/backup/backup-set'
import type { WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { SealedSecret } from '@holdfast/base/requests/wallet-create'
import { type Header, observing, type Prepared, prepare } from './prepared.ts'

export type BackUpWallet = {
  readonly wallet: WalletId
  /** So many guardians restore the wallet; fewer learn nothing. */
  readonly threshold: number
  readonly guardians: readonly Guardian[]
}

export type ProveBackup = {
  readonly wallet: WalletId
  readonly set: string
  /** Of `sealShareTo`, each made by its guardian. */
  readonly shares: readonly SealedSecret[]
}

type Context = { readonly header: Header; readonly base: Seen }

/** `base` is the version that the change builds on; another answers `conflict`. */
export const backUpWallet = (
  { wallet, threshold, guardians }: BackUpWallet,
  { header, base }: Context,
): Prepared<WalletAnswer> =>
  prepare(
    {
      operation: 'wallet.backup',
      ...header,
      wallet,
      base,
      threshold,
      guardians: [...guardians],
    },
    walletAnswer,
    observing(wallet),
  )

/** The same. */
export const proveBackup = (
  { wallet, set, shares }: ProveBackup,
  { header, base }: Context,
): Prepared<WalletAnswer> =>
  prepare(
    { operation: 'backup.prove', ...header, wallet, base, set, shares: [...shares] },
    walletAnswer,
    observing(wallet),
  )
