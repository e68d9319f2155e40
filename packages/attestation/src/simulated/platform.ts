/** One simulated machine: its PCK key and certificate, and its attestation key. */
import { type Bytes, fromBase64Url, fromHex, toBase64Url, toHex } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { assert } from '@holdfast/base/errors'
import * as x509 from '@holdfast/base/x509'
import { sha256 } from '@noble/hashes/sha2.js'
import { sgxExtensionOid, sgxOids } from '../sgx/layout.ts'
import { type Entropy, generateP256, p256Point, p256Signer } from './p256.ts'
import {
  keyIdentifier,
  platformCaName,
  type SimulatedRoot,
  serialNumber,
  simulatedName,
} from './root.ts'

/** The TCB that every simulated machine has. */
export const simulatedFmspc = '5100ade00000'
export const simulatedPceId = '0000'
export const simulatedPceSvn = 11
export const simulatedCpuSvn = fromHex('03030202040100050000000000000000')

/** Text throughout, so that it is kept as JSON by the host of a zone. Secret. */
export type SimulatedPlatform = {
  readonly format: 'holdfast simulated platform v1'
  /** 16 bytes, hexadecimal. */
  readonly ppid: string
  readonly pckKey: string
  readonly attestationKey: string
  /** Leaf to root, DER in base64url. */
  readonly pckCertificateChain: readonly string[]
  /** Of the PCK certificate, for a CRL that revokes it. */
  readonly pckSerial: string
}

const sgxExtension = (ppid: Bytes): x509.Extension => {
  const entry = (oid: string, value: Bytes): Bytes => der.sequence(der.oid(oid), value)
  const components = Array.from(simulatedCpuSvn, (svn, index) =>
    entry(`${sgxOids.tcb}.${index + 1}`, der.integer(svn)),
  )
  const tcb = der.sequence(
    ...components,
    entry(sgxOids.pceSvn, der.integer(simulatedPceSvn)),
    entry(sgxOids.cpuSvn, der.octetString(simulatedCpuSvn)),
  )
  return {
    oid: sgxExtensionOid,
    value: der.sequence(
      entry(sgxOids.ppid, der.octetString(ppid)),
      entry(sgxOids.tcb, tcb),
      entry(sgxOids.pceId, der.octetString(fromHex(simulatedPceId))),
      entry(sgxOids.fmspc, der.octetString(fromHex(simulatedFmspc))),
      entry(sgxOids.sgxType, der.enumerated(1)),
    ),
  }
}

/**
 * Makes a machine under a root. Its PPID, which the inventory lists by hash, is random unless
 * given (16 bytes).
 */
export const createSimulatedPlatform = (
  root: SimulatedRoot,
  options: {
    readonly entropy: Entropy
    readonly nowMs: number
    readonly ppid?: Bytes
    /** How long its PCK certificate lives; 7 years when absent, as Intel's. */
    readonly lifetimeMs?: number
  },
): SimulatedPlatform => {
  const { entropy, nowMs } = options
  const ppid = options.ppid ?? entropy(16)
  assert(ppid.length === 16, 'a PPID has 16 bytes')
  const pckKey = generateP256(entropy)
  const platformCaKey = fromBase64Url(root.platformCaKey)
  const serial = serialNumber(entropy)
  const certificate = x509.buildCertificate({
    serial,
    issuer: platformCaName,
    subject: simulatedName('SIMULATED SGX PCK Certificate'),
    notBeforeMs: nowMs - 3_600_000,
    notAfterMs: nowMs + (options.lifetimeMs ?? 7 * 365 * 86_400_000),
    spki: x509.p256Spki(p256Point(pckKey)),
    extensions: [
      x509.authorityKeyIdentifier(keyIdentifier(p256Point(platformCaKey))),
      x509.crlDistributionPoint('https://simulated.invalid/pck.crl'),
      x509.subjectKeyIdentifier(keyIdentifier(p256Point(pckKey))),
      x509.keyUsage('digitalSignature', 'nonRepudiation'),
      x509.basicConstraints({ ca: false }),
      sgxExtension(ppid),
    ],
    algorithm: 'ecdsa-p256-sha256',
    sign: p256Signer(platformCaKey),
  })
  return {
    format: 'holdfast simulated platform v1',
    ppid: toHex(ppid),
    pckKey: toBase64Url(pckKey),
    attestationKey: toBase64Url(generateP256(entropy)),
    pckCertificateChain: [
      toBase64Url(certificate),
      root.platformCaCertificate,
      root.rootCertificate,
    ],
    pckSerial: toHex(serial),
  }
}

/** What the manifest's inventory lists: SHA-256 of the PPID, hexadecimal. */
export const ppidHashOf = (platform: SimulatedPlatform): string =>
  toHex(sha256(fromHex(platform.ppid)))
