/** A wallet as the core uses it: its document, looked up by id, and where it stands. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import type { AccountId, CredentialId } from '@holdfast/base/ids'
import { parseJson } from '@holdfast/base/schema'
import {
  type Account,
  type Credential,
  type Wallet,
  wallet as walletSchema,
} from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'

export type WalletEntry = {
  readonly wallet: Wallet
  /** The document's exact bytes: what is hashed, sealed and sent. */
  readonly payload: Bytes
  /** SHA-256 of the payload, hexadecimal. */
  readonly hash: string
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly credentials: ReadonlyMap<CredentialId, Credential>
}

/** Reads a document; `malformed` or `invalid_field` where it is none. */
export const parseWallet = (payload: Bytes, crypto: Crypto): WalletEntry => {
  const wallet = parseJson(walletSchema, payload)
  return {
    wallet,
    payload,
    hash: toHex(crypto.sha256(payload)),
    accounts: new Map(wallet.accounts.map((account) => [account.id, account])),
    credentials: new Map(wallet.credentials.map((credential) => [credential.id, credential])),
  }
}

/** Whether `left` comes after `right` in the order of (epoch, version). */
export const isNewer = (
  left: { readonly epoch: number; readonly version: number },
  right: { readonly epoch: number; readonly version: number },
): boolean =>
  left.epoch > right.epoch || (left.epoch === right.epoch && left.version > right.version)
