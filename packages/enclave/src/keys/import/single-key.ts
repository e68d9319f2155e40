/** The secret of a single key: a scalar of its curve, or a seed of Ed25519. */
import type { Bytes } from '@holdfast/base/bytes'
import type { KeyKind } from '@holdfast/base/chain'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'

export type SingleKind = Exclude<KeyKind, 'bip39'>

const isKey: Readonly<Record<SingleKind, (bytes: Bytes, crypto: Crypto) => boolean>> = {
  secp256k1: (bytes, crypto) => crypto.secp256k1.isPrivateKey(bytes),
  p256: (bytes, crypto) => crypto.p256.isPrivateKey(bytes),
  ed25519: (bytes) => bytes.length === 32,
}

/** A copy in locked memory. Refusal: `bad_key` (another length, zero, or not below the order). */
export const singleKey = (kind: SingleKind, bytes: Bytes, crypto: Crypto): Result<Secret> => {
  if (!isKey[kind](bytes, crypto)) return refuse('bad_key', 'this is no private key of the curve')
  const secret = crypto.secret(32)
  secret.use((view) => view.set(bytes))
  return accept(secret)
}
