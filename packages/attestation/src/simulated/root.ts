/**
 * The simulated provisioning authority of one mesh: a root like Intel's, its PCK Platform CA and
 * its TCB signing key. Whoever holds it can forge any quote of that mesh: it proves nothing about
 * hardware, and says SIMULATED in every certificate.
 */
import { type Bytes, fromBase64Url, toBase64Url, utf8 } from '@holdfast/base/bytes'
import * as x509 from '@holdfast/base/x509'
import { sha256 } from '@noble/hashes/sha2.js'
import { type Entropy, generateP256, p256Point, p256Signer } from './p256.ts'

/** Text throughout, so that it is kept as JSON; keys and DER in base64url. Secret. */
export type SimulatedRoot = {
  readonly format: 'holdfast simulated root v1'
  readonly rootKey: string
  readonly rootCertificate: string
  readonly platformCaKey: string
  readonly platformCaCertificate: string
  readonly tcbSigningKey: string
  readonly tcbSigningCertificate: string
}

export const simulatedName = (commonName: string): x509.Name => ({
  commonName,
  organization: 'Holdfast SIMULATED',
  country: 'US',
})

export const rootName = simulatedName('SIMULATED SGX Root CA')
export const platformCaName = simulatedName('SIMULATED SGX PCK Platform CA')
const tcbSigningName = simulatedName('SIMULATED SGX TCB Signing')

/** A key's identifier: the first 160 bits of the SHA-256 of its point (RFC 7093 §2). */
export const keyIdentifier = (point: Bytes): Bytes => sha256(point).slice(0, 20)

/** 16 bytes with the top bit clear and the next set: a positive number of fixed length. */
export const serialNumber = (entropy: Entropy): Bytes => {
  const serial = Uint8Array.from(entropy(16))
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  return serial
}

const crlUrl = 'https://simulated.invalid/root.crl'

/**
 * Makes a root; the only place that needs its entropy is `holdfast init`.
 *
 *     const root = createSimulatedRoot({ entropy, nowMs: Date.now() })
 */
export const createSimulatedRoot = (options: {
  readonly entropy: Entropy
  readonly nowMs: number
  /** How long its certificates live; 20 years when absent. */
  readonly lifetimeMs?: number
}): SimulatedRoot => {
  const { entropy, nowMs } = options
  const rootKey = generateP256(entropy)
  const rootId = keyIdentifier(p256Point(rootKey))
  const issue = (subject: x509.Name, key: Bytes, extensions: readonly x509.Extension[]) =>
    x509.buildCertificate({
      serial: serialNumber(entropy),
      issuer: rootName,
      subject,
      // An hour of grace: the clocks of a mesh may differ.
      notBeforeMs: nowMs - 3_600_000,
      notAfterMs: nowMs + (options.lifetimeMs ?? 20 * 365 * 86_400_000),
      spki: x509.p256Spki(p256Point(key)),
      extensions: [
        x509.authorityKeyIdentifier(rootId),
        x509.crlDistributionPoint(crlUrl),
        x509.subjectKeyIdentifier(keyIdentifier(p256Point(key))),
        ...extensions,
      ],
      algorithm: 'ecdsa-p256-sha256',
      sign: p256Signer(rootKey),
    })
  const authority = x509.keyUsage('keyCertSign', 'cRLSign')
  const platformCaKey = generateP256(entropy)
  const tcbSigningKey = generateP256(entropy)
  return {
    format: 'holdfast simulated root v1',
    rootKey: toBase64Url(rootKey),
    rootCertificate: toBase64Url(
      issue(rootName, rootKey, [authority, x509.basicConstraints({ ca: true, pathLength: 1 })]),
    ),
    platformCaKey: toBase64Url(platformCaKey),
    platformCaCertificate: toBase64Url(
      issue(platformCaName, platformCaKey, [
        authority,
        x509.basicConstraints({ ca: true, pathLength: 0 }),
      ]),
    ),
    tcbSigningKey: toBase64Url(tcbSigningKey),
    tcbSigningCertificate: toBase64Url(
      issue(tcbSigningName, tcbSigningKey, [
        x509.keyUsage('digitalSignature', 'nonRepudiation'),
        x509.basicConstraints({ ca: false }),
      ]),
    ),
  }
}

/** The root certificate's DER: what a simulated mesh's manifest lists. */
export const simulatedRootCertificate = (root: SimulatedRoot): Bytes =>
  fromBase64Url(root.rootCertificate)

/** A value of a kind that is fixed for all simulated platforms, from its name. */
export const fixedValue = (name: string, length: number): Bytes =>
  sha256(utf8(name)).slice(0, length)
