/**
 * Keys of a wallet as the KMIP server sees them: what is public, and a way to ask for a signature.
 * No secret passes this port in either direction, so that no operation can let one out.
 */
import type { Signed } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { Chain } from '@holdfast/base/chain'
import type { Result } from '@holdfast/base/errors'
import type { AccountId, CredentialId, ObjectId, WalletId } from '@holdfast/base/ids'
import type { SigningAlgorithm } from '../../signing/chain-signer.ts'

export type WalletKeyKind = 'secp256k1' | 'p256' | 'ed25519'

/** The key of an account, or a key that has no account. */
export type WalletKeyFacts = {
  /** What clients call the private half: the account's id, or the key's. */
  readonly identifier: AccountId | ObjectId
  /** The address; the key's name where it has no account. */
  readonly name: string
  readonly chain: Chain | undefined
  readonly kind: WalletKeyKind
  /** 33 bytes compressed, 32 for Ed25519; of an account of many addresses: of the first. */
  readonly publicKey: Bytes
  readonly createdAtMs: number
}

export type RawUse = {
  readonly algorithm: SigningAlgorithm
  readonly data: Bytes
  /** A hash of the data that is signed in its place, where the library of KMIP has it not. */
  readonly hash?: 'keccak256'
}

export type WalletKeyUse = {
  /** A complete transaction or a prefixed message, if the account's chain reads it as one. */
  readonly data: Bytes | undefined
  /** What is signed if it is not: raw use. Throws where the parameters do not say. */
  readonly raw: () => RawUse
  /** Whether it may wait for persons whose approval the policy asks for. */
  readonly mayWait: boolean
}

export type Caller = { readonly tenant: WalletId; readonly credential: CredentialId }

/** What became of a signature that waited. */
export type WaitedSign = { readonly key: WalletKeyFacts; readonly signed: Signed }

export type WalletKeys = {
  list(wallet: WalletId): Promise<readonly WalletKeyFacts[]>
  find(wallet: WalletId, identifier: string): Promise<WalletKeyFacts | undefined>
  /**
   * Decoded, judged and released as every other request. Refusals: of the operation `sign`; of the
   * caller's certificate, where the wallet does not list it; `waiting` with the hash of the
   * request (hexadecimal) where it waits for persons.
   */
  sign(caller: Caller, identifier: string, use: WalletKeyUse): Promise<Result<Signed>>
  /** By the hash of the request. Refuses `waiting`, `rejected`, `unknown`, and as `sign`. */
  poll(caller: Caller, request: string): Promise<Result<WaitedSign>>
  /** Withdraws it. Refuses `unknown`, and `conflict` where it is settled already. */
  cancel(caller: Caller, request: string): Promise<Result<void>>
}
