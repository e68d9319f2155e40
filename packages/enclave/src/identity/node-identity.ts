/** One identity of a node: fresh keys, named in one document that a quote covers. */
import { encodeIdentity } from '@holdfast/attestation'
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import { BootId, type MeshId, type ZoneId } from '@holdfast/base/ids'
import { identityLifetimeMsMax } from '@holdfast/base/limits'
import type { Secret } from '@holdfast/base/secret'
import { formatTimestamp } from '@holdfast/base/time'
import { p256Spki } from '@holdfast/base/x509'
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'

export type NodeIdentity = {
  readonly boot: BootId
  /** When it begins, and when its keys are erased; whole seconds. */
  readonly notBeforeMs: number
  readonly notAfterMs: number
  /** The exact bytes whose hash the quote carries. */
  readonly document: Bytes
  /** P-256 scalar; ends the TLS of mesh links and of clients. */
  readonly tls: Secret
  /** SubjectPublicKeyInfo of the TLS key (RFC 5480). */
  readonly tlsPublicKey: Bytes
  /** X25519; responder's static key of sealed sessions, recipient of HPKE. */
  readonly sealing: Secret
  readonly sealingPublicKey: Bytes
  /** Ed25519 seed; signs the nonces of clients. */
  readonly signing: Secret
}

const fresh = (crypto: Crypto, entropy: Entropy, isKey: (bytes: Bytes) => boolean): Secret => {
  const secret = crypto.secret(32)
  secret.use((bytes) => {
    do entropy.fill(bytes)
    while (!isKey(bytes))
  })
  return secret
}

const always = (): boolean => true

/** Makes keys and the document that names them (DESIGN §4). */
export const createIdentity = (options: {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly mesh: MeshId
  /** SHA-256 of the manifest in force, hexadecimal. */
  readonly manifest: string
  readonly zone: ZoneId
  readonly nowMs: number
  /** Default and most: `identityLifetimeMsMax`. */
  readonly lifetimeMs?: number
  /** Of the process, where it has an identity already. */
  readonly boot?: BootId
}): NodeIdentity => {
  const { crypto, entropy, mesh, manifest, zone } = options
  const boot = options.boot ?? BootId.of(entropy.bytes(16))
  const notBeforeMs = Math.floor(options.nowMs / 1000) * 1000
  const lifetimeMs = Math.min(options.lifetimeMs ?? identityLifetimeMsMax, identityLifetimeMsMax)
  const notAfterMs = notBeforeMs + Math.max(1000, Math.floor(lifetimeMs / 1000) * 1000)
  const tls = fresh(crypto, entropy, (bytes) => crypto.p256.isPrivateKey(bytes))
  const sealing = fresh(crypto, entropy, always)
  const signing = fresh(crypto, entropy, always)
  const point = tls.use((bytes) => crypto.p256.uncompressed(crypto.p256.publicKey(bytes)))
  const tlsPublicKey = p256Spki(point)
  const sealingPublicKey = sealing.use((bytes) => crypto.x25519.publicKey(bytes))
  const document = encodeIdentity({
    format: 'holdfast identity v1',
    mesh,
    manifest,
    zone,
    boot,
    notBefore: formatTimestamp(notBeforeMs),
    notAfter: formatTimestamp(notAfterMs),
    tlsPublicKey: toBase64Url(tlsPublicKey),
    sealingPublicKey: toBase64Url(sealingPublicKey),
    identityPublicKey: toBase64Url(signing.use((bytes) => crypto.ed25519.publicKey(bytes))),
  })
  const times = { notBeforeMs, notAfterMs }
  return { boot, ...times, document, tls, tlsPublicKey, sealing, sealingPublicKey, signing }
}
