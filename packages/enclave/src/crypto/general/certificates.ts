/** X.509 certificates as the runtime reads them. */
import { verify, X509Certificate } from 'node:crypto'
import { type Bytes, fromHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { fail } from '@holdfast/base/errors'
import { parseCertificate } from '@holdfast/base/x509-reader'
import type { CertificateFacts } from '../../ports/general-crypto.ts'
import { publicKey } from './keys.ts'

const parse = (certificate: Bytes): X509Certificate => {
  try {
    return new X509Certificate(certificate)
  } catch {
    return fail('bad_key', 'the certificate cannot be read')
  }
}

export const readCertificate = (bytes: Bytes): CertificateFacts => {
  const certificate = parse(bytes)
  const parsed = parseCertificate(new Uint8Array(certificate.raw))
  const { subject, issuer } = parsed
  const { serialNumber } = certificate
  return {
    serialNumber: fromHex(serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`),
    subject: certificate.subject,
    issuer: certificate.issuer,
    signatureOid: parsed.algorithm,
    subjectDer: subject,
    issuerDer: issuer,
    publicKey: new Uint8Array(certificate.publicKey.export({ format: 'der', type: 'spki' })),
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
    isAuthority: certificate.ca,
  }
}

export const isSignedBy = (certificate: Bytes, issuer: Bytes): boolean => {
  const parent = parse(issuer)
  const child = parse(certificate)
  return child.checkIssued(parent) && child.verify(parent.publicKey)
}

/** Hashes of the signatures that PKCS#10 requests carry. */
const requestHashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.5': 'sha1',
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

export const isSelfSignedRequest = (request: Bytes, spki: Bytes): boolean => {
  const [info, algorithm, signature] = der.readSequence(der.readElements(request)[0])
  const hash = requestHashes[der.readOid(der.readSequence(algorithm)[0])]
  if (hash === undefined || info === undefined) return false
  const bits = der.expectTag(signature, der.derTag.bitString).content.subarray(1)
  return verify(hash, info.raw, publicKey(spki), bits)
}
