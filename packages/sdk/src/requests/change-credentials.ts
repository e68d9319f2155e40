/** Builds `credential.add` and `credential.remove`: who may act for a wallet. */
import { type WalletAnswer, walletAnswer } from '@holdfast/base/answers'
import type { CredentialId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { Credential, Person } from '@holdfast/base/wallet'
import type { Signer } from '../credentials.ts'
import { type Header, observing, type Prepared, prepare } from './prepared.ts'

export type AddCredentials = {
  readonly wallet: WalletId
  readonly credentials: readonly Credential[]
  /** Persons whom the wallet does not know yet. */
  readonly persons?: readonly Person[]
  /** The keys among `credentials`, which prove themselves; a certificate does so in TLS. */
  readonly enrol?: readonly Signer[]
}

export type RemoveCredential = { readonly wallet: WalletId; readonly credential: CredentialId }

type Context = { readonly header: Header; readonly base: Seen }

/** `base` is the version that the change builds on; another answers `conflict`. */
export const addCredentials = (
  { wallet, credentials, persons = [], enrol = [] }: AddCredentials,
  { header, base }: Context,
): Prepared<WalletAnswer> => ({
  ...prepare(
    {
      operation: 'credential.add',
      ...header,
      wallet,
      base,
      persons: [...persons],
      credentials: [...credentials],
    },
    walletAnswer,
    observing(wallet),
  ),
  enrol,
})

/** The same. */
export const removeCredential = (
  { wallet, credential }: RemoveCredential,
  { header, base }: Context,
): Prepared<WalletAnswer> =>
  prepare(
    { operation: 'credential.remove', ...header, wallet, base, credential },
    walletAnswer,
    observing(wallet),
  )
