/** What is signed by a key itself, without a chain: data through a hash, or a digest as it is. */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import type { RawUse, WalletKeyKind } from '../wallet-keys/wallet-keys.ts'
import { hashName } from './names.ts'
import type { Parameters } from './symmetric.ts'

const { signatures, hashes } = extensionValues

export type Given = { readonly data: Bytes; readonly digest: Bytes | undefined }

const unsupported = (): never =>
  failWith('UnsupportedCryptographicParameters', 'the key does not sign so')

/** The hash that an algorithm's name says, or the hash that stands beside it. */
const hashOfAlgorithm: Readonly<Record<string, string>> = {
  ECDSAWithSHA_1: 'sha1',
  ECDSAWithSHA224: 'sha224',
  ECDSAWithSHA256: 'sha256',
  ECDSAWithSHA384: 'sha384',
  ECDSAWithSHA512: 'sha512',
}

const digestBytes = 32

/** FIPS 186-5 §6.4.1: the leftmost bits of a longer hash; a shorter one is a smaller number. */
const hashed = (scope: Scope, name: string, data: Bytes): Bytes => {
  const digest = scope.crypto.hash(name, data).subarray(0, digestBytes)
  return concat(new Uint8Array(digestBytes - digest.length), digest)
}

const ecdsaUse = (
  scope: Scope,
  kind: 'secp256k1' | 'p256',
  parameters: Parameters,
  { data, digest }: Given,
): RawUse => {
  const { digitalSignatureAlgorithm: named, hashingAlgorithm: hash } = parameters
  const algorithm = kind === 'p256' ? 'ecdsa-p256' : 'ecdsa-secp256k1'
  const ofName = named === undefined ? undefined : hashOfAlgorithm[named]
  const isRecoverable = named === signatures.recoverableEcdsa && kind === 'secp256k1'
  if (named !== undefined && ofName === undefined && !isRecoverable) return unsupported()
  if (digest !== undefined) return { algorithm, data: digest }
  if (hash === hashes.keccak256) return { algorithm, data, hash: 'keccak256' }
  return { algorithm, data: hashed(scope, ofName ?? hashName(hash ?? 'SHA_256'), data) }
}

/** `UnsupportedCryptographicParameters` where a key of the kind does not sign so. */
export const rawUse = (
  scope: Scope,
  kind: WalletKeyKind,
  parameters: Parameters,
  given: Given,
): RawUse => {
  const { digitalSignatureAlgorithm: named } = parameters
  if (kind === 'ed25519') {
    const isNamed = named === undefined || named === signatures.ed25519
    return isNamed && given.digest === undefined
      ? { algorithm: 'ed25519', data: given.data }
      : unsupported()
  }
  if (named === signatures.bip340) {
    // BIP-340 hashes by itself: what is signed is the 32-byte message.
    const data = given.digest ?? given.data
    return kind === 'secp256k1' ? { algorithm: 'bip340', data } : unsupported()
  }
  return ecdsaUse(scope, kind, parameters, given)
}
