/** A certifier over the signing key of a zone's CA (ECDSA P-256). */
import type { Bytes } from '@holdfast/base/bytes'
import { basicConstraints, buildCertificate, type Name } from '@holdfast/base/x509'
import type { Certifier } from '../ports/certifier.ts'
import { certificateLifetimeMs, clockSkewMs } from './limits.ts'

export const createCertifier = (authority: {
  readonly issuer: Name
  /** A fresh serial number of at most 20 bytes. */
  readonly serial: () => Bytes
  /** ECDSA P-256 with SHA-256 over the bytes: r and s, 64 bytes. */
  readonly sign: (tbs: Bytes) => Bytes
}): Certifier => ({
  issue: ({ subject, spki, nowMs }) =>
    buildCertificate({
      serial: authority.serial(),
      issuer: authority.issuer,
      subject,
      notBeforeMs: nowMs - clockSkewMs,
      notAfterMs: nowMs + certificateLifetimeMs,
      spki,
      extensions: [basicConstraints({ ca: false })],
      algorithm: 'ecdsa-p256-sha256',
      sign: authority.sign,
    }),
})
