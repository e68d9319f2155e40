/** Builds `wallet.recover`: guardians give an owner new credentials. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { Credential } from '@holdfast/base/wallet'
import type { Signer } from '../credentials.ts'
import { type Header, observing, type Prepared, prepare } from './prepared.ts'

export type RecoverCredentials = {
  readonly wallet: WalletId
  /** Of persons whom the wallet knows. */
  readonly credentials: readonly Credential[]
  /** What was lost. */
  readonly remove: readonly CredentialId[]
  /** The new keys; a `Signer` may ask its owner elsewhere for the proof. */
  readonly enrol: readonly Signer[]
  /** Where guardians are missing, it waits for them; the refusal `waiting` names it. */
  readonly wait?: boolean
}

/** `base` is the version that the change builds on; another answers `conflict`. */
export const recoverCredentials = (
  { wallet, credentials, remove, enrol, wait = false }: RecoverCredentials,
  { header, base }: { readonly header: Header; readonly base: Seen },
): Prepared<WalletAnswer> => ({
  ...prepare(
    {
      operation: 'wallet.recover',
      ...header,
      ...(wait && { wait }),
      wallet,
      base,
      credentials: [...credentials],
      remove: [...remove],
    },
    walletAnswer,
    observing(wallet),
  ),
  enrol,
})
