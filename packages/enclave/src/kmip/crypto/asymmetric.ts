/** RSA paddings and signature schemes as KMIP's parameters say them (KMIP 2.1 §4.16). */
import type { EnumerationValue } from '@holdfast/kmip'
import type { KeyFacts, RsaPadding, SignatureScheme } from '../../ports/general-crypto.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import { hashName } from './names.ts'
import type { Parameters } from './symmetric.ts'

type Hash = EnumerationValue<'HashingAlgorithm'>

const unsupported = (): never =>
  failWith('UnsupportedCryptographicParameters', 'the algorithm is not supported')

export const rsaPaddingOf = (parameters: Parameters): RsaPadding => {
  const { paddingMethod, hashingAlgorithm, maskGeneratorHashingAlgorithm, pSource } = parameters
  if (paddingMethod === undefined || paddingMethod === 'PKCS1V1_5') return { type: 'pkcs1' }
  if (paddingMethod === 'None') return { type: 'none' }
  if (paddingMethod !== 'OAEP') return unsupported()
  const hash = hashName(hashingAlgorithm ?? 'SHA_1')
  const maskHash = hashName(maskGeneratorHashingAlgorithm ?? hashingAlgorithm ?? 'SHA_1')
  return { type: 'oaep', hash, maskHash, label: pSource ?? new Uint8Array(0) }
}

type Named = { readonly type: SignatureScheme['type']; readonly hash: Hash | undefined }

const digital: Readonly<Record<string, Named>> = {
  MD5WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'MD5' },
  SHA_1WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA_1' },
  SHA_224WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA_224' },
  SHA_256WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA_256' },
  SHA_384WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA_384' },
  SHA_512WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA_512' },
  RSASSA_PSS: { type: 'rsa-pss', hash: undefined },
  DSAWithSHA_1: { type: 'dsa', hash: 'SHA_1' },
  DSAWithSHA224: { type: 'dsa', hash: 'SHA_224' },
  DSAWithSHA256: { type: 'dsa', hash: 'SHA_256' },
  ECDSAWithSHA_1: { type: 'ecdsa', hash: 'SHA_1' },
  ECDSAWithSHA224: { type: 'ecdsa', hash: 'SHA_224' },
  ECDSAWithSHA256: { type: 'ecdsa', hash: 'SHA_256' },
  ECDSAWithSHA384: { type: 'ecdsa', hash: 'SHA_384' },
  ECDSAWithSHA512: { type: 'ecdsa', hash: 'SHA_512' },
  SHA3_256WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA3_256' },
  SHA3_384WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA3_384' },
  SHA3_512WithRSAEncryption: { type: 'rsa-pkcs1', hash: 'SHA3_512' },
}

const typeOf = (facts: KeyFacts, parameters: Parameters): SignatureScheme['type'] => {
  if (facts.type === 'ec') return 'ecdsa'
  if (facts.type === 'dsa') return 'dsa'
  if (facts.type === 'ed25519') return 'ed25519'
  if (facts.type !== 'rsa') return unsupported()
  return parameters.paddingMethod === 'PSS' ? 'rsa-pss' : 'rsa-pkcs1'
}

/** The scheme of a signature by a key; SHA-256 where nothing names a hash. */
export const schemeOf = (facts: KeyFacts, parameters: Parameters): SignatureScheme => {
  const { digitalSignatureAlgorithm: algorithm, hashingAlgorithm } = parameters
  const isOwn = algorithm === extensionValues.signatures.ed25519 && facts.type === 'ed25519'
  const isNamed = algorithm !== undefined && !isOwn
  const named = isNamed ? (digital[algorithm] ?? unsupported()) : undefined
  const type = named?.type ?? typeOf(facts, parameters)
  const hash = hashName(named?.hash ?? hashingAlgorithm ?? 'SHA_256')
  if (type !== 'rsa-pss') return { type, hash }
  const maskName = parameters.maskGeneratorHashingAlgorithm
  const maskHash = maskName === undefined ? hash : hashName(maskName)
  return { type, hash, maskHash, saltLength: parameters.saltLength }
}
