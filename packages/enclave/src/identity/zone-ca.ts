/**
 * The CA of a zone, for clients that cannot verify evidence (KMIP): its key exists in the zone's
 * enclaves alone, derived from the zone key, so that all of them have the same (DESIGN §5).
 */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import type { MeshId, ZoneId } from '@holdfast/base/ids'
import type { Secret } from '@holdfast/base/secret'
import * as x509 from '@holdfast/base/x509'
import { zoneCaMessage } from '@holdfast/base/zone-ca'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { ZoneKey, ZoneKeys } from '../zone-key/zone-keys.ts'
import type { NodeIdentity } from './node-identity.ts'

export type ZoneCa = {
  /** DER; the same at every boot until the zone key is rotated. */
  readonly certificate: Bytes
  /** A server certificate for a node's TLS key, DER. */
  issue(leaf: {
    /** SubjectPublicKeyInfo. */
    readonly publicKey: Bytes
    readonly dns: readonly string[]
    readonly ip: readonly Bytes[]
    readonly nowMs: number
    /** The end of the identity whose key it is. */
    readonly notAfterMs: number
  }): Bytes
}

/** RFC 5280 §4.1.2.5: a certificate without a well-defined end says so by this moment. */
const noEndMs = 253_402_300_799_000
/** Before any mesh: the certificate must be the same bytes whenever it is made. */
const beginMs = 1_767_225_600_000
const hourMs = 3_600_000

const caName = (mesh: MeshId, zone: ZoneId): x509.Name => ({
  commonName: `Holdfast zone ${zone}`,
  organization: mesh.slice(0, 21),
})

/** Counts up from the zone key's own bytes until they are a scalar; the first nearly always is. */
const deriveKey = (crypto: Crypto, zoneKey: ZoneKey): Secret => {
  for (let attempt = 0; ; attempt += 1) {
    const bytes = zoneKey.secret.use((key) =>
      crypto.hkdfSha256({
        key,
        salt: utf8('holdfast zone ca v1'),
        info: Uint8Array.of(zoneKey.epoch, attempt),
        length: 32,
      }),
    )
    if (crypto.p256.isPrivateKey(bytes)) return crypto.secretFrom(bytes)
    bytes.fill(0)
  }
}

const keyId = (crypto: Crypto, spki: Bytes): Bytes => crypto.sha256(spki).subarray(0, 20)

/** A positive number: the top bit is clear, the next is set. */
const serialOf = (bytes: Bytes): Bytes =>
  concat(Uint8Array.of(((bytes[0] as number) & 0x3f) | 0x40), bytes.subarray(1, 16))

export const createZoneCa = (options: {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly zoneKey: ZoneKey
  readonly mesh: MeshId
  readonly zone: ZoneId
}): ZoneCa => {
  const { crypto, entropy, mesh, zone } = options
  const key = deriveKey(crypto, options.zoneKey)
  const name = caName(mesh, zone)
  const spki = key.use((privateKey) =>
    x509.p256Spki(crypto.p256.uncompressed(crypto.p256.publicKey(privateKey))),
  )
  const id = keyId(crypto, spki)
  const signing = {
    algorithm: 'ecdsa-p256-sha256' as const,
    sign: (tbs: Bytes): Bytes =>
      key.use((privateKey) => crypto.p256.sign({ message: tbs, privateKey })),
  }
  const certificate = x509.buildCertificate({
    ...signing,
    serial: serialOf(crypto.sha256(spki)),
    issuer: name,
    subject: name,
    notBeforeMs: beginMs,
    notAfterMs: noEndMs,
    spki,
    extensions: [
      x509.basicConstraints({ ca: true, pathLength: 0 }),
      x509.keyUsage('keyCertSign', 'cRLSign'),
      x509.subjectKeyIdentifier(id),
    ],
  })
  return {
    certificate,
    issue: ({ publicKey, dns, ip, nowMs, notAfterMs }) =>
      x509.buildCertificate({
        ...signing,
        serial: serialOf(entropy.bytes(16)),
        issuer: name,
        subject: { commonName: `Holdfast node in ${zone}` },
        // An hour of grace: the clocks of clients differ.
        notBeforeMs: nowMs - hourMs,
        notAfterMs,
        spki: publicKey,
        extensions: [
          x509.basicConstraints({ ca: false }),
          x509.keyUsage('digitalSignature'),
          x509.extendedKeyUsage('serverAuth'),
          x509.subjectAltName({ dns, ip }),
          x509.authorityKeyIdentifier(id),
        ],
      }),
  }
}

/** The CA of the current zone key: another from a rotation on (DESIGN §4). */
export const currentZoneCa = (
  options: Omit<Parameters<typeof createZoneCa>[0], 'zoneKey'> & { readonly zoneKeys: ZoneKeys },
): (() => ZoneCa) => {
  let made: { readonly epoch: number; readonly ca: ZoneCa } | undefined
  return () => {
    const zoneKey = options.zoneKeys.current()
    if (made?.epoch !== zoneKey.epoch) {
      made = { epoch: zoneKey.epoch, ca: createZoneCa({ ...options, zoneKey }) }
    }
    return made.ca
  }
}

/** Ed25519 by the identity key over `zoneCaMessage`. */
export const signZoneCa = (
  crypto: Crypto,
  identity: NodeIdentity,
  of: { readonly mesh: MeshId; readonly zone: ZoneId; readonly certificate: Bytes },
): Bytes =>
  identity.signing.use((privateKey) =>
    crypto.ed25519.sign({ message: zoneCaMessage(of.mesh, of.zone, of.certificate), privateKey }),
  )
