/** Self-signed certificates for tests of links; a claim in the common name stands for evidence. */
import {
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { accept, refuse } from '@holdfast/base/errors'
import { BootId, ZoneId } from '@holdfast/base/ids'
import * as x509 from '@holdfast/base/x509'
import type { VerifyPeer } from '../mesh/peer-verdict.ts'
import type { TlsIdentity } from '../mesh/tls-peer.ts'

export const bootOf = (name: string): BootId =>
  BootId.of(new Uint8Array(16).fill(name.charCodeAt(0)))

/** A certificate that claims `zone` and the boot of `name`. */
export const testTlsIdentity = (
  zone: string,
  name: string,
  lifetimeMs = 3_600_000,
): TlsIdentity => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  const subject = { commonName: `${zone} ${name}` }
  const der = x509.buildCertificate({
    serial: Uint8Array.of(1, ...randomBytes(15)),
    issuer: subject,
    subject,
    notBeforeMs: Date.now() - 60_000,
    notAfterMs: Date.now() + lifetimeMs,
    spki: new Uint8Array(spki),
    extensions: [],
    algorithm: 'ecdsa-p256-sha256',
    sign: (tbs) =>
      new Uint8Array(sign('sha256', tbs, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  })
  const lines = (
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')
  return {
    key: Buffer.from(privateKey.export({ format: 'pem', type: 'pkcs8' })),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    endsInMs: lifetimeMs,
    lifetimeMs,
  }
}

/** Believes the claim of every certificate but those of the zone `liar`. */
export const testVerifyPeer: VerifyPeer = async (certificateDer) => {
  const { subject, validToDate } = new X509Certificate(certificateDer)
  const [zone, name] = subject.slice('CN='.length).split(' ')
  if (zone === undefined || name === undefined || zone === 'liar') {
    return refuse('unauthenticated', 'the evidence is not good')
  }
  const endsInMs = validToDate.getTime() - Date.now()
  const verdict = { boot: bootOf(name), zone: ZoneId(zone), level: 1, measurement: '00' }
  return accept({ ...verdict, endsInMs, lifetimeMs: Math.max(1, endsInMs) })
}

export const silentLogs = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
} as const
