/** Key blocks of asymmetric keys to PKCS#8 and SPKI, and back into the format that is asked. */
import {
  type Bytes,
  bytesToUint,
  concat,
  fromBase64Url,
  toBase64Url,
  uintToBytes,
} from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import type { KeyBlock, ManagedObject, TransparentKey } from '@holdfast/kmip'
import type { GeneralCrypto, KeyNumbers } from '../../ports/general-crypto.ts'
import { curveName, recommendedCurve } from '../crypto/names.ts'
import { failWith } from '../failure.ts'
import { plainValueOf } from './key-values.ts'

type Format = KeyBlock['keyFormatType']

const unsupported = (): never =>
  failWith('KeyFormatTypeNotSupported', 'the key cannot be read or written in this format')

const numberBytes = (value: bigint): Bytes => {
  const digits = value.toString(16)
  return uintToBytes(value, Math.ceil(digits.length / 2))
}

const textOf = (value: bigint | undefined): string =>
  value === undefined || value < 0n ? unsupported() : toBase64Url(numberBytes(value))

const numberOf = (text: string | undefined): bigint =>
  text === undefined ? unsupported() : bytesToUint(fromBase64Url(text))

/** OIDs of named curves in DER (SEC 2, RFC 5480 §2.1.1.1). */
const curveOids: Readonly<Record<string, string>> = {
  prime192v1: '06082a8648ce3d030101',
  secp224r1: '06052b81040021',
  prime256v1: '06082a8648ce3d030107',
  secp384r1: '06052b81040022',
  secp521r1: '06052b81040023',
  secp256k1: '06052b8104000a',
}

const oidOf = (curve: string): Bytes => {
  const hex = curveOids[curve] ?? unsupported()
  return uintToBytes(BigInt(`0x${hex}`), hex.length / 2)
}

const scalarBytes: Readonly<Record<string, number>> = {
  prime192v1: 24,
  secp224r1: 28,
  prime256v1: 32,
  secp384r1: 48,
  secp521r1: 66,
  secp256k1: 32,
}

const ecPrivate = (
  crypto: GeneralCrypto,
  { recommendedCurve: curve, d }: TransparentKey,
): Bytes => {
  const name = curveName(curve ?? unsupported())
  const scalar = uintToBytes(d ?? unsupported(), scalarBytes[name] ?? unsupported())
  // RFC 5915: ECPrivateKey; OpenSSL computes the public key that is left out.
  const sec1 = der.sequence(der.integer(1), der.octetString(scalar), der.explicit(0, oidOf(name)))
  return crypto.readPrivateKey(sec1, 'sec1')
}

const ecPublicKeyOid = uintToBytes(BigInt('0x06072a8648ce3d0201'), 9)

const ecPublic = (
  crypto: GeneralCrypto,
  { recommendedCurve: curve, qString }: TransparentKey,
): Bytes => {
  const name = curveName(curve ?? unsupported())
  const spki = der.sequence(
    der.sequence(ecPublicKeyOid, oidOf(name)),
    der.bitString(qString ?? unsupported()),
  )
  return crypto.readPublicKey(spki, 'spki')
}

const rsaNumbers = (key: TransparentKey): KeyNumbers => ({
  kty: 'RSA',
  n: textOf(key.modulus),
  e: textOf(key.publicExponent),
})

const rsaPrivate = (crypto: GeneralCrypto, key: TransparentKey): Bytes => {
  const { p, q, privateExponent: d } = key
  if (p === undefined || q === undefined || d === undefined) return unsupported()
  return crypto.privateKeyOfNumbers({
    ...rsaNumbers(key),
    d: textOf(d),
    p: textOf(p),
    q: textOf(q),
    dp: textOf(key.primeExponentP ?? d % (p - 1n)),
    dq: textOf(key.primeExponentQ ?? d % (q - 1n)),
    qi: textOf(key.crtCoefficient ?? unsupported()),
  })
}

const bytesIn = (block: KeyBlock): Bytes => {
  const { keyMaterial } = plainValueOf(block)
  return keyMaterial instanceof Uint8Array ? keyMaterial : unsupported()
}

const numbersIn = (block: KeyBlock): TransparentKey => {
  const { keyMaterial } = plainValueOf(block)
  return keyMaterial instanceof Uint8Array ? unsupported() : keyMaterial
}

type Reader = (crypto: GeneralCrypto, block: KeyBlock) => Bytes

const transparentEc: Reader = (crypto, block) => ecPrivate(crypto, numbersIn(block))
const transparentEcPublic: Reader = (crypto, block) => ecPublic(crypto, numbersIn(block))

const privateReaders: Readonly<Partial<Record<Format, Reader>>> = {
  PKCS_8: (crypto, block) => crypto.readPrivateKey(bytesIn(block), 'pkcs8'),
  PKCS_1: (crypto, block) => crypto.readPrivateKey(bytesIn(block), 'pkcs1'),
  ECPrivateKey: (crypto, block) => crypto.readPrivateKey(bytesIn(block), 'sec1'),
  TransparentRSAPrivateKey: (crypto, block) => rsaPrivate(crypto, numbersIn(block)),
  TransparentECPrivateKey: transparentEc,
  TransparentECDSAPrivateKey: transparentEc,
  TransparentECDHPrivateKey: transparentEc,
}

const publicReaders: Readonly<Partial<Record<Format, Reader>>> = {
  X_509: (crypto, block) => crypto.readPublicKey(bytesIn(block), 'spki'),
  PKCS_8: (crypto, block) => crypto.readPublicKey(bytesIn(block), 'spki'),
  PKCS_1: (crypto, block) => crypto.readPublicKey(bytesIn(block), 'pkcs1'),
  TransparentRSAPublicKey: (crypto, block) =>
    crypto.publicKeyOfNumbers(rsaNumbers(numbersIn(block))),
  TransparentECPublicKey: transparentEcPublic,
  TransparentECDSAPublicKey: transparentEcPublic,
  TransparentECDHPublicKey: transparentEcPublic,
}

/** The PKCS#8 of a private key. */
export const readPrivate = (crypto: GeneralCrypto, block: KeyBlock): Bytes =>
  (privateReaders[block.keyFormatType] ?? unsupported)(crypto, block)

/** The SPKI of a public key, or of a certificate. */
export const readPublic = (crypto: GeneralCrypto, object: ManagedObject): Bytes => {
  if (object.type === 'Certificate') {
    return crypto.readCertificate(object.value.certificateValue).publicKey
  }
  if (object.type !== 'PublicKey') return failWith('InvalidField', 'not a public key')
  const { keyBlock } = object.value
  return (publicReaders[keyBlock.keyFormatType] ?? unsupported)(crypto, keyBlock)
}

const rsaMaterial = (numbers: KeyNumbers): TransparentKey => ({
  modulus: numberOf(numbers['n']),
  privateExponent: numberOf(numbers['d']),
  publicExponent: numberOf(numbers['e']),
  p: numberOf(numbers['p']),
  q: numberOf(numbers['q']),
  primeExponentP: numberOf(numbers['dp']),
  primeExponentQ: numberOf(numbers['dq']),
  crtCoefficient: numberOf(numbers['qi']),
})

const curveOf = (curve: string | undefined) => recommendedCurve(curve) ?? unsupported()

type Writer = (crypto: GeneralCrypto, key: Bytes) => Bytes | TransparentKey

const ecPrivateMaterial: Writer = (crypto, key) => ({
  recommendedCurve: curveOf(crypto.privateKeyFacts(key).curve),
  d: numberOf(crypto.privateKeyNumbers(key)['d']),
})

const ecPublicMaterial: Writer = (crypto, key) => {
  const numbers = crypto.publicKeyNumbers(key)
  const point = [numbers['x'], numbers['y']].map((text) => fromBase64Url(text ?? unsupported()))
  return {
    recommendedCurve: curveOf(crypto.publicKeyFacts(key).curve),
    qString: concat(Uint8Array.of(4), ...point),
  }
}

const privateWriters: Readonly<Partial<Record<Format, Writer>>> = {
  PKCS_8: (crypto, key) => crypto.writePrivateKey(key, 'pkcs8'),
  PKCS_1: (crypto, key) => crypto.writePrivateKey(key, 'pkcs1'),
  ECPrivateKey: (crypto, key) => crypto.writePrivateKey(key, 'sec1'),
  TransparentRSAPrivateKey: (crypto, key) => rsaMaterial(crypto.privateKeyNumbers(key)),
  TransparentECPrivateKey: ecPrivateMaterial,
  TransparentECDSAPrivateKey: ecPrivateMaterial,
  TransparentECDHPrivateKey: ecPrivateMaterial,
}

const publicWriters: Readonly<Partial<Record<Format, Writer>>> = {
  X_509: (crypto, key) => crypto.writePublicKey(key, 'spki'),
  PKCS_8: (crypto, key) => crypto.writePublicKey(key, 'spki'),
  PKCS_1: (crypto, key) => crypto.writePublicKey(key, 'pkcs1'),
  TransparentRSAPublicKey: (crypto, key) => {
    const numbers = crypto.publicKeyNumbers(key)
    return { modulus: numberOf(numbers['n']), publicExponent: numberOf(numbers['e']) }
  },
  TransparentECPublicKey: ecPublicMaterial,
  TransparentECDSAPublicKey: ecPublicMaterial,
  TransparentECDHPublicKey: ecPublicMaterial,
}

export const writePrivate = (
  crypto: GeneralCrypto,
  key: Bytes,
  format: Format,
): Bytes | TransparentKey => (privateWriters[format] ?? unsupported)(crypto, key)

export const writePublic = (
  crypto: GeneralCrypto,
  key: Bytes,
  format: Format,
): Bytes | TransparentKey => (publicWriters[format] ?? unsupported)(crypto, key)
