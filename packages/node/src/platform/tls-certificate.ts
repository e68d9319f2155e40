/** The node's TLS key and the certificate that carries its evidence (RA-TLS), for Node's TLS. */
import { raTlsCertificate, toPem } from '@holdfast/attestation'
import { type Bytes, fromHex, utf8 } from '@holdfast/base/bytes'
import type { Evidence } from '@holdfast/base/evidence'
import type { NodeIdentity } from '@holdfast/enclave/identity/node-identity'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import type { TlsIdentity } from '../mesh/tls-peer.ts'

/** RFC 5915 ECPrivateKey on P-256 around 32 bytes of scalar, without the public key. */
const ecPrivateKeyHead = Uint8Array.of(0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20)
const ecPrivateKeyTail = fromHex('a00a06082a8648ce3d030107')

const alphabet = utf8('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')

/** Base64 into bytes rather than text, which could not be erased; a length of three's multiple. */
const base64Bytes = (bytes: Bytes): Buffer => {
  const text = Buffer.alloc((bytes.length / 3) * 4)
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(from, from + 3)
    text[to] = alphabet[a >> 2] as number
    text[to + 1] = alphabet[((a & 3) << 4) | (b >> 4)] as number
    text[to + 2] = alphabet[((b & 15) << 2) | (c >> 6)] as number
    text[to + 3] = alphabet[c & 63] as number
  }
  return text
}

/** PEM of a P-256 key. OpenSSL keeps its own copy, as the TLS of the runtime needs it. */
export const ecPrivateKeyPem = (scalar: Bytes): Buffer => {
  const der = new Uint8Array(51)
  der.set(ecPrivateKeyHead, 0)
  der.set(scalar, ecPrivateKeyHead.length)
  der.set(ecPrivateKeyTail, ecPrivateKeyHead.length + 32)
  const body = base64Bytes(der)
  der.fill(0)
  const pem = Buffer.concat([
    utf8('-----BEGIN EC PRIVATE KEY-----\n'),
    body.subarray(0, 64),
    utf8('\n'),
    body.subarray(64),
    utf8('\n-----END EC PRIVATE KEY-----\n'),
  ])
  body.fill(0)
  return pem
}

/** 16 bytes, the top bit clear and the next set: positive, of one length (RFC 5280 §4.1.2.2). */
const serialOf = (entropy: Entropy): Bytes => {
  const serial = entropy.bytes(16)
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40
  return serial
}

/**
 * A certificate over the evidence as it is now, good as long as the identity; made again where the
 * collateral was renewed.
 */
export const createTlsIdentity = (options: {
  readonly crypto: Crypto
  readonly entropy: Entropy
  /** Its P-256 scalar. */
  readonly identity: Pick<NodeIdentity, 'notAfterMs' | 'notBeforeMs' | 'tls'>
  readonly evidence: Evidence
  readonly nowMs: number
}): TlsIdentity => {
  const { crypto, entropy, identity, evidence, nowMs } = options
  const certificate = raTlsCertificate({
    evidence,
    sign: (message) => identity.tls.use((privateKey) => crypto.p256.sign({ message, privateKey })),
    serial: serialOf(entropy),
  })
  return {
    key: identity.tls.use(ecPrivateKeyPem),
    certificate: toPem(certificate),
    endsInMs: identity.notAfterMs - nowMs,
    lifetimeMs: identity.notAfterMs - identity.notBeforeMs,
  }
}
