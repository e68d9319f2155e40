/** The key and certificate of a KMIP client, made here: the key leaves in one file alone. */
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { toPem } from '@holdfast/attestation'
import type { Bytes } from '@holdfast/base/bytes'
import * as x509 from '@holdfast/base/x509'

export type ClientCertificate = {
  /** PKCS#8 in PEM; erase it once it is written. */
  readonly keyPem: Buffer
  readonly certificatePem: string
  /** SubjectPublicKeyInfo, DER: what a wallet knows the client by. */
  readonly publicKey: Bytes
}

/** Self-signed, on P-256: a wallet knows the client by its key, and asks no authority. */
export const makeClientCertificate = (options: {
  readonly name: string
  readonly nowMs: number
  readonly expiresAtMs: number
}): ClientCertificate => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }))
  const subject = { commonName: options.name }
  const certificate = x509.buildCertificate({
    serial: Uint8Array.of(1, ...randomBytes(15)),
    issuer: subject,
    subject,
    // An hour of grace: the clocks of nodes differ.
    notBeforeMs: options.nowMs - 3_600_000,
    notAfterMs: options.expiresAtMs,
    spki,
    extensions: [
      x509.basicConstraints({ ca: false }),
      x509.keyUsage('digitalSignature'),
      x509.extendedKeyUsage('clientAuth'),
    ],
    algorithm: 'ecdsa-p256-sha256',
    sign: (tbs) =>
      new Uint8Array(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  })
  return {
    keyPem: Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    certificatePem: toPem(certificate),
    publicKey: spki,
  }
}
