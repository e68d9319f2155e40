/**
 * What every chain does to sign: decode without a secret, name the digests, assemble. The core
 * judges the decoded intent, signs the digests, verifies, and lets the chain finish.
 */

import type { Signed } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { Intent } from '@holdfast/base/intent'
import type { SignPayload } from '@holdfast/base/requests/sign'
import type { Account } from '@holdfast/base/wallet'
import type { Crypto } from '../ports/crypto.ts'
import type { Facts } from './facts.ts'

export type SigningAlgorithm = 'ecdsa-secp256k1' | 'bip340' | 'ecdsa-p256' | 'ed25519'

/** One signature that the transaction needs. */
export type SigningTask = {
  readonly algorithm: SigningAlgorithm
  /** 32-byte digest, or the message itself for Ed25519. */
  readonly data: Bytes
  /** Non-hardened steps below the account's path (Bitcoin: change, index); usually empty. */
  readonly steps: readonly number[]
  /** BIP-341: add this tweak to the (even) key before signing. */
  readonly taprootTweak?: Bytes
  /** The key that the signature verifies under: 33 bytes, 32 for BIP-340 and Ed25519. */
  readonly publicKey: Bytes
}

export type TaskSignature = {
  readonly signature: Bytes
  /** ECDSA on secp256k1 only. */
  readonly recovery?: number
}

export type Decoded = {
  readonly intent: Intent
  /** What rules may ask besides; where it is absent, none that asks allows. */
  readonly facts?: Facts
  readonly tasks: readonly SigningTask[]
  /** Assembles what the client gets; one signature for each task, in order. */
  readonly finish: (signatures: readonly TaskSignature[]) => Signed
}

/** Throws a `RefusalError` (`bad_transaction`, `wrong_account`); never opens a key. */
export type Decode<Kind extends SignPayload['kind']> = (input: {
  readonly payload: Extract<SignPayload, { kind: Kind }>
  readonly account: Account
  readonly crypto: Crypto
}) => Decoded
