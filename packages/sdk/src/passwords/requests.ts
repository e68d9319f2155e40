/** Builds the requests of passwords: they carry no proof, and belong into a sealed session. */
import {
  type PasswordFinishAnswer,
  type PasswordLoginAnswer,
  type PasswordRegisterAnswer,
  type PasswordUnlockAnswer,
  passwordFinishAnswer,
  passwordLoginAnswer,
  passwordRegisterAnswer,
  passwordUnlockAnswer,
  type WalletAnswer,
  walletAnswer,
} from '@holdfast/base/answers'
import type { CredentialId, PersonId, WalletId } from '@holdfast/base/ids'
import type { Seen } from '@holdfast/base/requests/header'
import type { PasswordCredential } from '@holdfast/base/wallet'
import { type Header, observing, type Prepared, prepare } from '../requests/prepared.ts'

/** How a client sends them. */
export type PasswordRequests = {
  readonly header: () => Header
  send<Answer>(prepared: Prepared<Answer>): Promise<Answer>
}

export const startRegistration = (
  header: Header,
  wallet: WalletId,
  message: string,
): Prepared<PasswordRegisterAnswer> => ({
  ...prepare(
    { operation: 'password.register', ...header, wallet, message },
    passwordRegisterAnswer,
  ),
  unproved: true,
})

export const startLogin = (
  header: Header,
  of: { readonly wallet: WalletId; readonly person: PersonId; readonly device: string | undefined },
  message: string,
): Prepared<PasswordLoginAnswer> => ({
  ...prepare(
    {
      operation: 'password.login',
      ...header,
      wallet: of.wallet,
      person: of.person,
      ...(of.device === undefined ? {} : { device: of.device }),
      message,
    },
    passwordLoginAnswer,
  ),
  unproved: true,
})

export const finishLogin = (
  header: Header,
  wallet: WalletId,
  message: string,
): Prepared<PasswordFinishAnswer> => ({
  ...prepare({ operation: 'password.finish', ...header, wallet, message }, passwordFinishAnswer),
  unproved: true,
})

export type NewPassword = {
  readonly wallet: WalletId
  readonly replaces: CredentialId
  readonly credential: PasswordCredential
}

/** `base` is the version that the change builds on; another answers `conflict`. */
export const replacePassword = (
  { wallet, replaces, credential }: NewPassword,
  { header, base }: { readonly header: Header; readonly base: Seen },
): Prepared<WalletAnswer> =>
  prepare(
    { operation: 'password.change', ...header, wallet, base, replaces, credential },
    walletAnswer,
    observing(wallet),
  )

export const unlockPassword = (
  header: Header,
  wallet: WalletId,
  credential: CredentialId,
): Prepared<PasswordUnlockAnswer> =>
  prepare({ operation: 'password.unlock', ...header, wallet, credential }, passwordUnlockAnswer)
