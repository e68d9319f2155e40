import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type TLSSocket } from 'node:tls'
import {
  endorsementsOid,
  evidenceFromCertificate,
  evidenceOid,
  raTlsCertificate,
  toPem,
  verifyEvidence,
} from '@holdfast/attestation'
import { concat, toBase64Url } from '@holdfast/base/bytes'
import { buildCertificate, p256Spki } from '@holdfast/base/x509'
import { extensionOf, parseCertificate } from '@holdfast/base/x509-reader'
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'cborg'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf, genesis, nodeKeys } from './mesh.ts'
import { dayMs, nowMs, realEvidence } from './world.ts'

const certify = (evidence = evidenceOf(), secretKey = nodeKeys.tls) =>
  raTlsCertificate({
    evidence,
    sign: (tbs) => p256.sign(tbs, secretKey, { lowS: false }),
    serial: Uint8Array.of(7),
  })

/** The node's key as OpenSSL takes it. */
const tlsKey = () => {
  const point = p256.getPublicKey(nodeKeys.tls, false)
  const coordinate = (from: number) => toBase64Url(point.slice(from, from + 32))
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: toBase64Url(nodeKeys.tls),
      x: coordinate(1),
      y: coordinate(33),
    },
  })
}

describe('evidence in a certificate', () => {
  it('comes out as it went in and verifies', () => {
    const { nonceSignature: _, ...evidence } = evidenceOf()
    const extracted = evidenceFromCertificate(certify())
    expect(extracted).toEqual({ ok: true, value: evidence })
    if (extracted.ok) {
      const verdict = verifyEvidence({ evidence: extracted.value, manifest: genesis, nowMs })
      expect(verdict.ok).toBe(true)
    }
  })

  it('is in a certificate that OpenSSL reads and verifies', () => {
    // As PEM: given DER, Node would take the first PEM block in it, which is the quote's.
    const certificate = new X509Certificate(toPem(certify()))
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.checkPrivateKey(tlsKey())).toBe(true)
  })

  it('is carried by a TLS 1.3 handshake in both directions', async () => {
    const key = tlsKey().export({ format: 'pem', type: 'pkcs8' })
    const own = { key, cert: toPem(certify()), minVersion: 'TLSv1.3' as const }
    const server = createServer({ ...own, requestCert: true, rejectUnauthorized: false })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as { port: number }
    const accepted = once(server, 'secureConnection') as Promise<[TLSSocket]>
    const client = connect({ ...own, host: '127.0.0.1', port, rejectUnauthorized: false })
    await once(client, 'secureConnect')
    const [peer] = await accepted
    for (const socket of [client, peer]) {
      const raw = new Uint8Array(socket.getPeerCertificate().raw)
      expect(evidenceFromCertificate(raw).ok).toBe(true)
    }
    client.destroy()
    peer.destroy()
    server.close()
  })

  it('is refused where the certificate’s key is not that of the identity', () => {
    const other = p256.keygen(new Uint8Array(48).fill(3)).secretKey
    const spki = p256Spki(p256.getPublicKey(other, false))
    const whole = certify()
    const own = p256Spki(p256.getPublicKey(nodeKeys.tls, false))
    const at = Buffer.from(whole).indexOf(own)
    const swapped = whole.slice()
    swapped.set(spki, at)
    expect(evidenceFromCertificate(swapped)).toMatchObject({
      refusal: { code: 'wrong_certificate_key' },
    })
    expect(createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' }).type).toBe(
      'public',
    )
  })

  it('is refused where the claims hold the hash of another key', () => {
    const whole = certify()
    const own = sha256(p256Spki(p256.getPublicKey(nodeKeys.tls, false)))
    const at = Buffer.from(whole).indexOf(own)
    whole[at] = whole[at]! ^ 1
    expect(evidenceFromCertificate(whole)).toMatchObject({
      refusal: { code: 'wrong_certificate_key' },
    })
  })

  it('ends with the identity, or is refused', () => {
    const certificate = parseCertificate(certify())
    expect(certificate.notBeforeMs).toBe(nowMs)
    expect(certificate.notAfterMs).toBe(nowMs + dayMs)
    const longer = buildCertificate({
      serial: Uint8Array.of(7),
      issuer: { commonName: 'node' },
      subject: { commonName: 'node' },
      notBeforeMs: nowMs,
      notAfterMs: nowMs + 2 * dayMs,
      spki: certificate.spki,
      extensions: [evidenceOid, endorsementsOid].map((oid) => ({
        oid,
        value: extensionOf(certificate, oid)!.value,
      })),
      algorithm: 'ecdsa-p256-sha256',
      sign: (tbs) => p256.sign(tbs, nodeKeys.tls, { lowS: false }),
    })
    expect(evidenceFromCertificate(longer)).toMatchObject({
      refusal: { code: 'certificate_malformed' },
    })
  })

  it('is refused in the certificate of a thief, whose claims are of the thief’s key', () => {
    const thief = p256.keygen(new Uint8Array(48).fill(3)).secretKey
    const spki = p256Spki(p256.getPublicKey(thief, false))
    const stolen = evidenceOf()
    const claims = encode({
      'pubkey-hash': encode([1, sha256(spki)]),
      'holdfast-identity': stolen.identity,
    })
    const tag = Uint8Array.of(0xd9, 0xea, 0x60)
    const endorsements = extensionOf(parseCertificate(certify(stolen)), endorsementsOid)!
    const certificate = buildCertificate({
      serial: Uint8Array.of(7),
      issuer: { commonName: 'thief' },
      subject: { commonName: 'thief' },
      notBeforeMs: nowMs - dayMs,
      notAfterMs: nowMs + dayMs,
      spki,
      extensions: [
        { oid: evidenceOid, value: concat(tag, encode([stolen.quote, claims])) },
        { oid: endorsementsOid, value: endorsements.value },
      ],
      algorithm: 'ecdsa-p256-sha256',
      sign: (tbs) => p256.sign(tbs, thief, { lowS: false }),
    })
    expect(evidenceFromCertificate(certificate)).toMatchObject({
      refusal: { code: 'wrong_certificate_key', detail: 'the identity names another TLS key' },
    })
  })

  it('is refused from a certificate without it, and never breaks the parser', () => {
    expect(evidenceFromCertificate(new Uint8Array())).toMatchObject({
      refusal: { code: 'certificate_malformed' },
    })
    const whole = certify()
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
        const bytes = whole.slice()
        bytes[at] = byte
        evidenceFromCertificate(bytes)
      }),
    )
    for (let length = 0; length < whole.length; length += 97) {
      expect(evidenceFromCertificate(whole.slice(0, length)).ok).toBe(false)
    }
  })

  it('takes real collateral too', ({ skip }) => {
    const real = realEvidence('sgx')
    skip(real === undefined)
    const { nonceSignature: _, ...evidence } = { ...evidenceOf(), ...real }
    expect(evidenceFromCertificate(certify(evidence))).toEqual({ ok: true, value: evidence })
  })
})
