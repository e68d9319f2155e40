/** X.509 certificates as the runtime reads them. */
import { X509Certificate } from 'node:crypto'
import { type Bytes, fromHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { CertificateFacts } from '../../ports/general-crypto.ts'
import { namesOf } from './certificate-names.ts'

const parse = (certificate: Bytes): X509Certificate => {
  try {
    return new X509Certificate(certificate)
  } catch {
    return fail('bad_key', 'the certificate cannot be read')
  }
}

export const readCertificate = (bytes: Bytes): CertificateFacts => {
  const certificate = parse(bytes)
  const { subject, issuer } = namesOf(new Uint8Array(certificate.raw))
  const { serialNumber } = certificate
  return {
    serialNumber: fromHex(serialNumber.length % 2 === 0 ? serialNumber : `0${serialNumber}`),
    subject: certificate.subject,
    issuer: certificate.issuer,
    subjectDer: subject,
    issuerDer: issuer,
    publicKey: new Uint8Array(certificate.publicKey.export({ format: 'der', type: 'spki' })),
    validFromMs: certificate.validFromDate.getTime(),
    validToMs: certificate.validToDate.getTime(),
  }
}

export const isSignedBy = (certificate: Bytes, issuer: Bytes): boolean => {
  const parent = parse(issuer)
  const child = parse(certificate)
  return child.checkIssued(parent) && child.verify(parent.publicKey)
}
