/** Sign by a key of the wallet: data that its chain reads, or raw use, which a rule must name. */
import type { Bytes } from '@holdfast/base/bytes'
import type { RequestPayload } from '@holdfast/kmip'
import { hashName } from '../crypto/names.ts'
import type { Parameters } from '../crypto/symmetric.ts'
import { extensionValues } from '../extensions.ts'
import { failRefused, failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { signatureData } from './signature-data.ts'
import type { RawUse, WalletKeyFacts } from './wallet-keys.ts'

type Request = RequestPayload<'Sign'>

const { signatures, hashes } = extensionValues

const unsupported = (): never =>
  failWith('UnsupportedCryptographicParameters', 'the key does not sign so')

/** The hash that an algorithm's name says, or the hash that stands beside it. */
const hashOfAlgorithm: Readonly<Record<string, string>> = {
  ECDSAWithSHA256: 'sha256',
  ECDSAWithSHA384: 'sha384',
  ECDSAWithSHA512: 'sha512',
}

const digestBytes = 32

/** FIPS 186-5 §6.4.1: the leftmost bits of a longer hash. */
const hashed = (scope: Scope, name: string, data: Bytes): Bytes => {
  const digest = scope.crypto.hash(name, data)
  return digest.length < digestBytes ? unsupported() : digest.subarray(0, digestBytes)
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

type Given = { readonly data: Bytes; readonly digest: Bytes | undefined }

const rawUse = (
  scope: Scope,
  { kind }: WalletKeyFacts,
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

const isStreamed = ({ correlationValue, initIndicator, finalIndicator }: Request): boolean =>
  correlationValue !== undefined || initIndicator === true || finalIndicator === true

/**
 * For a transaction or message the account's chain fixes hash and scheme, whatever the parameters
 * say; of them only the recoverable form of ECDSA is looked at.
 */
export const signByWallet = async (
  scope: Scope,
  key: WalletKeyFacts,
  request: Request,
): Promise<Bytes> => {
  if (isStreamed(request)) {
    failWith('PermissionDenied', 'a key of a wallet signs what it sees whole')
  }
  const { digestedData: digest, cryptographicParameters: parameters = {} } = request
  const data = request.data === undefined ? undefined : scope.batch.data(request.data)
  if ((data === undefined) === (digest === undefined)) {
    failWith('InvalidField', 'either data or a digest is signed')
  }
  const given = { data: data ?? new Uint8Array(0), digest }
  const signed = await scope.signWithWalletKey(key.identifier, {
    data,
    raw: () => rawUse(scope, key, parameters, given),
  })
  if (!signed.ok) return failRefused(signed.refusal)
  const isRecoverable = parameters.digitalSignatureAlgorithm === signatures.recoverableEcdsa
  return signatureData(signed.value, key.kind, isRecoverable)
}
