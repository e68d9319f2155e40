/** The makers' PKIs: Intel's P-256, AWS's P-384, AMD's RSA-PSS above a P-384 leaf. */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { algorithmOids } from '@holdfast/base/x509'
import type { ParsedCertificate } from '@holdfast/base/x509-reader'
import { p256, p384 } from '@noble/curves/nist.js'
import type { ChainProfile } from './chain.ts'
import { readRsaKey, rsaPssAlgorithms, verifyRsaPss } from './rsa-pss.ts'

const curves = {
  p256: { oid: '1.2.840.10045.3.1.7', length: 65, curve: p256 },
  p384: { oid: '1.3.132.0.34', length: 97, curve: p384 },
} as const

/** Whether the key is an uncompressed point of that curve, in the only DER form. */
const isPointOf = (name: keyof typeof curves, { spki, publicKey }: ParsedCertificate): boolean => {
  const { oid, length } = curves[name]
  const algorithm = der.sequence(der.oid('1.2.840.10045.2.1'), der.oid(oid))
  return (
    publicKey.length === length &&
    publicKey[0] === 4 &&
    equalBytes(spki, der.sequence(algorithm, der.bitString(publicKey)))
  )
}

/** ECDSA in DER, over the hash that belongs to the curve; false for what cannot be parsed. */
export const verifyEcdsa = (
  name: keyof typeof curves,
  signed: { readonly tbs: Bytes; readonly signature: Bytes },
  point: Bytes,
): boolean => {
  try {
    const options = { format: 'der', lowS: false } as const
    return curves[name].curve.verify(signed.signature, signed.tbs, point, options)
  } catch {
    return false
  }
}

/** Intel SGX PKI; dcap-qvl verifies its chains' signatures. */
export const intelProfile: ChainProfile = {
  isOfKind: (certificate) =>
    certificate.algorithm === algorithmOids['ecdsa-p256-sha256'] && isPointOf('p256', certificate),
  verify: (signed, issuer) => verifyEcdsa('p256', signed, issuer.publicKey),
  signaturesElsewhere: true,
}

/** AWS Nitro Enclaves PKI: ECDSA with SHA-384 on P-384 throughout. */
export const awsProfile: ChainProfile = {
  isOfKind: (certificate) =>
    certificate.algorithm === '1.2.840.10045.4.3.3' && isPointOf('p384', certificate),
  verify: (signed, issuer) => verifyEcdsa('p384', signed, issuer.publicKey),
}

/** AMD's: RSA-4096 PSS with SHA-384 in ARK and ASK, a P-384 key in the VCEK. */
export const amdProfile: ChainProfile = {
  isOfKind: (certificate, index) =>
    rsaPssAlgorithms().some((form) => equalBytes(form, certificate.algorithmDer)) &&
    (index === 0 ? isPointOf('p384', certificate) : readRsaKey(certificate.spki) !== undefined),
  verify: ({ tbs, signature }, issuer) => {
    const key = readRsaKey(issuer.spki)
    return key !== undefined && verifyRsaPss(tbs, signature, key)
  },
  leafWithoutUsage: true,
}
