/** Fresh keys as attributes ask for them. */
import type { Bytes } from '@holdfast/base/bytes'
import type { EnumerationValue, KeyBlock, ManagedObject } from '@holdfast/kmip'
import type { KeyPairKind } from '../../ports/general-crypto.ts'
import { curveName, curveOfLength, hmacHash } from '../crypto/names.ts'
import { extensionValues } from '../extensions.ts'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { type Attributes, valueOf } from './attributes.ts'

type Algorithm = EnumerationValue<'CryptographicAlgorithm'>

/** Lengths in bits of the keys of each algorithm; HMAC keys may have any. */
const lengths: Readonly<Record<string, readonly number[]>> = {
  AES: [128, 192, 256, 512],
  DES: [56, 64],
  DES3: [112, 128, 168, 192],
  ChaCha20: [256],
  ChaCha20Poly1305: [256],
  Camellia: [128, 192, 256],
  ARIA: [128, 192, 256],
  SEED: [128],
  SM4: [128],
  SKIPJACK: [80],
  IDEA: [128],
  CAST5: [40, 64, 80, 128],
  Blowfish: [128, 192, 256, 448],
  Twofish: [128, 192, 256],
  RC2: [40, 64, 128],
  RC4: [40, 128, 256],
  RC5: [128],
}

/** DES keys are told without their parity bits and stored with them. */
const storedBits = (algorithm: Algorithm, bits: number): number => {
  if (algorithm !== 'DES' && algorithm !== 'DES3') return bits
  return bits % 56 === 0 ? (bits / 56) * 64 : bits
}

const defaultLength = (algorithm: Algorithm): number => (algorithm === 'DES3' ? 168 : 256)

/** Gives every byte of a DES key odd parity (FIPS 46-3). */
const withParity = (key: Bytes): Bytes =>
  key.map((byte) => {
    let ones = 0
    for (let bit = 1; bit < 8; bit += 1) ones += (byte >> bit) & 1
    return (byte & 0xfe) | (ones % 2 === 0 ? 1 : 0)
  })

export const symmetricKeyOf = (scope: Scope, attributes: Attributes): ManagedObject => {
  const algorithm =
    valueOf(attributes, 'CryptographicAlgorithm') ??
    failWith('InvalidMessage', 'the cryptographic algorithm is missing')
  const bits = valueOf(attributes, 'CryptographicLength') ?? defaultLength(algorithm)
  const allowed = lengths[algorithm]
  const isHmac = hmacHash(algorithm) !== undefined && bits > 0 && bits <= 4096 && bits % 8 === 0
  if (!isHmac && allowed?.includes(bits) !== true) {
    failWith('InvalidField', 'no symmetric key of this algorithm and length')
  }
  if (valueOf(attributes, 'QuantumSafe') === true && bits < 256) {
    failWith('GeneralFailure', 'the key would not be safe from quantum computers')
  }
  const bytes = scope.entropy.bytes(storedBits(algorithm, bits) / 8)
  const keyMaterial = algorithm === 'DES' || algorithm === 'DES3' ? withParity(bytes) : bytes
  const keyBlock: KeyBlock = {
    keyFormatType: 'Raw',
    keyValue: { keyMaterial },
    cryptographicAlgorithm: algorithm,
    cryptographicLength: bits,
  }
  return { type: 'SymmetricKey', value: { keyBlock } }
}

const isCurve25519: Readonly<Record<string, 'x25519' | 'x448'>> = {
  CURVE25519: 'x25519',
  CURVE448: 'x448',
}

const curveKind = (scope: Scope, attributes: Attributes): KeyPairKind => {
  const named = valueOf(attributes, 'CryptographicDomainParameters')?.recommendedCurve
  const bits = valueOf(attributes, 'CryptographicLength') ?? 256
  const curve =
    named ??
    (bits === 256 ? scope.facts.defaultCurve : curveOfLength.get(bits)) ??
    failWith('InvalidField', 'no curve of this length')
  const montgomery = isCurve25519[curve]
  return montgomery === undefined ? { type: 'ec', curve: curveName(curve) } : { type: montgomery }
}

const rsaLengths = [1024, 2048, 3072, 4096]

const pairKind = (scope: Scope, attributes: Attributes): KeyPairKind => {
  const algorithm = valueOf(attributes, 'CryptographicAlgorithm')
  const bits = valueOf(attributes, 'CryptographicLength') ?? 2048
  if (algorithm === 'RSA') {
    if (!rsaLengths.includes(bits)) failWith('InvalidField', 'no RSA key of this length')
    return { type: 'rsa', bits, exponent: 65_537 }
  }
  if (algorithm === 'DSA') return { type: 'dsa', bits }
  if (algorithm === 'Ed25519' || algorithm === extensionValues.algorithms.ed25519) {
    return { type: 'ed25519' }
  }
  if (algorithm === 'Ed448') return { type: 'ed448' }
  const isCurve = algorithm === 'EC' || algorithm === 'ECDSA' || algorithm === 'ECDH'
  return isCurve
    ? curveKind(scope, attributes)
    : failWith('InvalidField', 'no key pair of this algorithm')
}

export type GeneratedPair = {
  readonly privateKey: ManagedObject
  readonly publicKey: ManagedObject
}

export const keyPairOf = (scope: Scope, attributes: Attributes): GeneratedPair => {
  if (valueOf(attributes, 'QuantumSafe') === true) {
    failWith('GeneralFailure', 'no such key pair is safe from quantum computers')
  }
  const kind = pairKind(scope, attributes)
  const pair = scope.crypto.generateKeyPair(kind)
  const { bits } = scope.crypto.publicKeyFacts(pair.publicKey)
  const algorithm = valueOf(attributes, 'CryptographicAlgorithm')
  const shared = { cryptographicAlgorithm: algorithm, cryptographicLength: bits }
  const isRsa = kind.type === 'rsa'
  const privateMaterial = isRsa
    ? scope.crypto.writePrivateKey(pair.privateKey, 'pkcs1')
    : pair.privateKey
  const publicMaterial = isRsa
    ? scope.crypto.writePublicKey(pair.publicKey, 'pkcs1')
    : pair.publicKey
  const block = (keyFormatType: 'PKCS_1' | 'PKCS_8' | 'X_509', keyMaterial: Bytes): KeyBlock => ({
    keyFormatType,
    keyValue: { keyMaterial },
    ...shared,
  })
  return {
    privateKey: {
      type: 'PrivateKey',
      value: { keyBlock: block(isRsa ? 'PKCS_1' : 'PKCS_8', privateMaterial) },
    },
    publicKey: {
      type: 'PublicKey',
      value: { keyBlock: block(isRsa ? 'PKCS_1' : 'X_509', publicMaterial) },
    },
  }
}
