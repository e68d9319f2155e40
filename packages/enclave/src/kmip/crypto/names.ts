/** KMIP's names of algorithms as OpenSSL's (KMIP 2.1 §11.12, §11.20, §11.46). */
import type { EnumerationValue } from '@holdfast/kmip'
import { failWith } from '../failure.ts'

const hashes: Readonly<Record<string, string>> = {
  MD5: 'md5',
  SHA_1: 'sha1',
  SHA_224: 'sha224',
  SHA_256: 'sha256',
  SHA_384: 'sha384',
  SHA_512: 'sha512',
  RIPEMD_160: 'ripemd160',
  SHA_512_224: 'sha512-224',
  SHA_512_256: 'sha512-256',
  SHA3_224: 'sha3-224',
  SHA3_256: 'sha3-256',
  SHA3_384: 'sha3-384',
  SHA3_512: 'sha3-512',
}

export const hashName = (name: EnumerationValue<'HashingAlgorithm'>): string =>
  hashes[name] ?? failWith('UnsupportedCryptographicParameters', 'the hash is not supported')

const macs: Readonly<Record<string, string>> = {
  HMAC_MD5: 'md5',
  HMAC_SHA1: 'sha1',
  HMAC_SHA224: 'sha224',
  HMAC_SHA256: 'sha256',
  HMAC_SHA384: 'sha384',
  HMAC_SHA512: 'sha512',
  HMAC_SHA3_224: 'sha3-224',
  HMAC_SHA3_256: 'sha3-256',
  HMAC_SHA3_384: 'sha3-384',
  HMAC_SHA3_512: 'sha3-512',
}

/** The hash of an HMAC algorithm, undefined for other algorithms. */
export const hmacHash = (name: string | number): string | undefined => macs[name]

const curves: Readonly<Record<string, string>> = {
  P_192: 'prime192v1',
  P_224: 'secp224r1',
  P_256: 'prime256v1',
  P_384: 'secp384r1',
  P_521: 'secp521r1',
  SECP256K1: 'secp256k1',
  K_163: 'sect163k1',
  B_163: 'sect163r2',
  K_233: 'sect233k1',
  B_233: 'sect233r1',
  K_283: 'sect283k1',
  B_283: 'sect283r1',
  K_409: 'sect409k1',
  B_409: 'sect409r1',
  K_571: 'sect571k1',
  B_571: 'sect571r1',
  SECP192K1: 'secp192k1',
  SECP224K1: 'secp224k1',
  BRAINPOOLP256R1: 'brainpoolP256r1',
  BRAINPOOLP256T1: 'brainpoolP256t1',
  BRAINPOOLP320R1: 'brainpoolP320r1',
  BRAINPOOLP320T1: 'brainpoolP320t1',
  BRAINPOOLP384R1: 'brainpoolP384r1',
  BRAINPOOLP384T1: 'brainpoolP384t1',
  BRAINPOOLP512R1: 'brainpoolP512r1',
  BRAINPOOLP512T1: 'brainpoolP512t1',
}

export type CurveName = Exclude<EnumerationValue<'RecommendedCurve'>, number>

export const curveName = (name: EnumerationValue<'RecommendedCurve'>): string =>
  curves[name] ?? failWith('UnsupportedCryptographicParameters', 'the curve is not supported')

/** KMIP's name of OpenSSL's curve. */
export const recommendedCurve = (curve: string | undefined): CurveName | undefined =>
  Object.entries(curves).find(([, name]) => name === curve)?.[0] as CurveName | undefined

/** The usual curve of a length in bits. */
export const curveOfLength: ReadonlyMap<number, CurveName> = new Map([
  [192, 'P_192'],
  [224, 'P_224'],
  [384, 'P_384'],
  [521, 'P_521'],
])
