/**
 * Somebody who sits between two nodes, or between a client and a node, on real sockets: what they
 * have, they got from the genuine mesh. Each trick is refused with its code (docs/verify.md).
 */
import { X509Certificate } from 'node:crypto'
import {
  createSimulatedPlatform,
  endorsementsOid,
  evidenceOid,
  raTlsCertificate,
  toPem,
} from '@holdfast/attestation'
import { type Bytes, concat, fromHex, toBase64Url } from '@holdfast/base/bytes'
import type { Evidence } from '@holdfast/base/evidence'
import { ZoneId } from '@holdfast/base/ids'
import { buildCertificate, p256Spki } from '@holdfast/base/x509'
import { extensionOf, parseCertificate } from '@holdfast/base/x509-reader'
import { meshTlsOptions, type TlsIdentity } from '@holdfast/node/mesh/tls-peer'
import { createVerifyPeer } from '@holdfast/node/mesh/verify-peer'
import { ecPrivateKeyPem } from '@holdfast/node/platform/tls-certificate'
import {
  closeAll,
  question,
  rawClient,
  rawServer,
  startNode,
  until,
} from '@holdfast/node/testing/mesh-nodes'
import { silentLogs, testTlsIdentity } from '@holdfast/node/testing/tls-identity'
import { connect } from '@holdfast/sdk/node'
import { p256 } from '@noble/curves/nist.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { encode } from 'cborg'
import { afterEach, describe, expect, it } from 'vitest'
import {
  evidenceOf,
  genesis,
  genesisFields,
  nodeKeys,
  signed,
  verified,
} from '../attestation/mesh.ts'
import { dayMs, nowMs, root, seeded } from '../attestation/world.ts'
import { connectCode, manifests, showClients } from './shown-to-client.ts'

afterEach(closeAll)

const sign = (key: Bytes) => (tbs: Bytes) => p256.sign(tbs, key, { lowS: false })
const thief = p256.keygen(new Uint8Array(48).fill(3)).secretKey
const thiefSpki = p256Spki(p256.getPublicKey(thief, false))

const life = { endsInMs: dayMs, lifetimeMs: dayMs }
const dates = { notBeforeMs: nowMs - dayMs, notAfterMs: nowMs + dayMs }
const derOf = (pem: string): Bytes => new Uint8Array(new X509Certificate(pem).raw)

/** A certificate as a node makes it, over the identity's TLS key. */
const certify = (evidence: Evidence, key = nodeKeys.tls): TlsIdentity => {
  const certificate = raTlsCertificate({
    evidence,
    sign: sign(key),
    serial: Uint8Array.of(0x40, 1),
  })
  return { key: ecPrivateKeyPem(key), certificate: toPem(certificate), ...life }
}

/** Another node's evidence in the thief's own certificate. */
const relayed = (): TlsIdentity => {
  const { identity, quote } = evidenceOf()
  const { certificate: genuine } = certify(evidenceOf())
  const endorsements = extensionOf(parseCertificate(derOf(genuine)), endorsementsOid)
  const claims = encode({
    'pubkey-hash': encode([1, sha256(thiefSpki)]),
    'holdfast-identity': identity,
  })
  // The tag of a TEE quote, by the form that the Confidential Computing Consortium has set.
  const tag = Uint8Array.of(0xd9, 0xea, 0x60)
  const certificate = buildCertificate({
    serial: Uint8Array.of(7),
    issuer: { commonName: 'thief' },
    subject: { commonName: 'thief' },
    ...dates,
    spki: thiefSpki,
    extensions: [
      { oid: evidenceOid, value: concat(tag, encode([quote, claims])) },
      { oid: endorsementsOid, value: endorsements?.value ?? new Uint8Array() },
    ],
    algorithm: 'ecdsa-p256-sha256',
    sign: sign(thief),
  })
  return { key: ecPrivateKeyPem(thief), certificate: toPem(certificate), ...life }
}

const otherMesh = verified({ ...genesisFields, name: 'other' })
const stranger = createSimulatedPlatform(root, { entropy: seeded('stranger'), nowMs })

const yesterday = { notBefore: '2026-11-21T12:00:00Z', notAfter: '2026-11-22T12:00:00Z' }
const tomorrow = { notBefore: '2026-11-23T11:00:00Z', notAfter: '2026-11-24T11:00:00Z' }

type Trick = readonly [trick: string, show: () => TlsIdentity, code: string]
const tricks: readonly Trick[] = [
  ['another node’s evidence under its own key', relayed, 'wrong_certificate_key'],
  [
    'an identity with its own key beside another’s quote',
    () => {
      const tlsPublicKey = toBase64Url(thiefSpki)
      const { quote } = evidenceOf()
      return certify({ ...evidenceOf({ identity: { tlsPublicKey } }), quote }, thief)
    },
    'wrong_report_data',
  ],
  [
    'evidence of another mesh',
    () => certify(evidenceOf({ identity: { mesh: otherMesh.mesh } })),
    'wrong_mesh',
  ],
  [
    'an identity under a manifest that is none of the chain',
    () => certify(evidenceOf({ identity: { manifest: 'ab'.repeat(32) } })),
    'wrong_manifest',
  ],
  [
    'evidence whose collateral is long over',
    () => certify(evidenceOf({ collateral: { nowMs: nowMs - 400 * dayMs } })),
    'collateral_expired',
  ],
  [
    'an identity that has ended',
    () => certify(evidenceOf({ identity: yesterday })),
    'identity_expired',
  ],
  [
    'an identity of tomorrow',
    () => certify(evidenceOf({ identity: tomorrow })),
    'identity_not_yet_valid',
  ],
  [
    'other code',
    () => certify(evidenceOf({ quote: { mrEnclave: fromHex('e6'.repeat(32)) } })),
    'wrong_measurement',
  ],
  [
    'a genuine machine that governors never listed',
    () => certify(evidenceOf({ platform: stranger })),
    'platform_not_listed',
  ],
  [
    'a listed machine that calls itself of another zone',
    () => certify(evidenceOf({ identity: { zone: ZoneId('us') } })),
    'wrong_zone',
  ],
]

const watched = () => {
  const codes: unknown[] = []
  const logs = {
    ...silentLogs,
    warn: (event: string, fields: { readonly code?: unknown } = {}): void => {
      if (event === 'peer refused') codes.push(fields.code)
    },
  }
  return { codes, logs }
}

const verify = createVerifyPeer({ manifest: () => genesis, nowMs: () => nowMs })

describe('between two nodes', () => {
  it.each(tricks)('is refused by who is dialled: %s', async (_trick, show, code) => {
    const { codes, logs } = watched()
    const node = await startNode({ verify, logs })
    const { state } = rawClient(node.port, meshTlsOptions(show()), question('hello'))
    await until(() => state.ended)
    expect(codes).toEqual([code])
    expect([state.received, node.questions]).toEqual([0, []])
  })

  it.each(tricks)('is refused by who dials: %s', async (_trick, show, code) => {
    const { codes, logs } = watched()
    let received = 0
    const port = await rawServer(meshTlsOptions(show()), (socket) => {
      socket.on('error', () => undefined)
      socket.on('data', (part: Buffer) => {
        received += part.length
      })
    })
    const node = await startNode({ name: 'b', to: [['eu', port]], verify, logs })
    await until(() => codes.length > 0)
    expect(codes[0]).toBe(code)
    expect([received, node.ups]).toEqual([0, []])
  })

  it('gets nowhere with a certificate whose key it does not have', async () => {
    const { codes, logs } = watched()
    const node = await startNode({ verify, logs })
    const { certificate } = certify(evidenceOf())
    const replay = { ...meshTlsOptions(testTlsIdentity('eu', 'x')), cert: certificate }
    expect(() => rawClient(node.port, replay)).toThrow('key values mismatch')
    expect(codes).toEqual([])
    // The node itself is let in: it is the key that counts.
    const { state } = rawClient(node.port, meshTlsOptions(certify(evidenceOf())), question('hi'))
    await until(() => state.received > 0)
    expect(node.questions).toEqual(['eu: hi'])
  })
})

const second = signed({ ...genesisFields, serial: 2, previous: genesis.hash })
const honest = manifests(signed(genesisFields))

const genuine = { chain: honest, evidence: (nonce: Bytes) => evidenceOf({ nonce }) }
type Tricks = Partial<typeof genuine>

const serve = (shown: Tricks, tls?: TlsIdentity, seen: string[] = []): Promise<string> =>
  showClients({ ...genuine, ...shown }, { seen, ...(tls && { tls }) })

const codeOf = (shown: Tricks, minimumSerial = 1): Promise<string> =>
  connectCode({ ...genuine, ...shown }, { mesh: genesis.mesh, minimumSerial, now: () => nowMs })

describe('between a client and a node', () => {
  it('lets what is genuine and fresh pass', async () => {
    expect(await codeOf({})).toBe('connected')
  })

  const shown: readonly (readonly [string, Tricks, string, number])[] = [
    ['evidence that answered another nonce', { evidence: () => evidenceOf() }, 'wrong_nonce', 1],
    [
      'evidence of an earlier boot, with a nonce that it cannot sign',
      { evidence: () => ({ ...evidenceOf(), nonceSignature: new Uint8Array(64) }) },
      'wrong_nonce',
      1,
    ],
    [
      'evidence whose sealing key is the thief’s',
      {
        evidence: (nonce) => ({
          ...evidenceOf({ nonce, identity: { sealingPublicKey: toBase64Url(new Uint8Array(32)) } }),
          quote: evidenceOf().quote,
        }),
      },
      'wrong_report_data',
      1,
    ],
    [
      'an enclave of another mesh',
      { evidence: (nonce) => evidenceOf({ nonce, identity: { mesh: otherMesh.mesh } }) },
      'wrong_mesh',
      1,
    ],
    [
      'the manifests of another mesh',
      { chain: manifests(signed({ ...genesisFields, name: 'other' })) },
      'wrong_mesh',
      1,
    ],
    ['the manifests of last year', { chain: honest }, 'manifest_rollback', 2],
    [
      'a manifest that one governor signed',
      {
        chain: manifests(signed(genesisFields), {
          ...second,
          signatures: second.signatures.slice(1),
        }),
      },
      'manifest_signature',
      1,
    ],
    [
      'an identity that has ended, with a nonce that it signs still',
      { evidence: (nonce) => evidenceOf({ nonce, identity: yesterday }) },
      'identity_expired',
      1,
    ],
    [
      'an identity of tomorrow',
      { evidence: (nonce) => evidenceOf({ nonce, identity: tomorrow }) },
      'identity_not_yet_valid',
      1,
    ],
    [
      'other code',
      {
        evidence: (nonce) => evidenceOf({ nonce, quote: { mrEnclave: fromHex('e6'.repeat(32)) } }),
      },
      'wrong_measurement',
      1,
    ],
  ]
  it.each(shown)('is refused: %s', async (_trick, what, code, minimumSerial) => {
    expect(await codeOf(what, minimumSerial)).toBe(code)
  })

  it('relays genuine evidence, and then has not the key that was pinned by it', async () => {
    const seen: string[] = []
    const url = await serve({}, testTlsIdentity('thief', 'x'), seen)
    const client = await connect({
      nodes: [url],
      mesh: genesis.mesh,
      now: () => nowMs + performance.now(),
      timeoutMs: 1500,
    })
    const asked = client.listWallets().catch((error: unknown) => error)
    expect(await asked).toMatchObject({ refusal: { code: 'unreachable' } })
    // The opening of a WebSocket says nothing; what would follow is sealed to the enclave.
    const harmless = ['GET /v1/manifest', 'GET /v1/evidence', 'GET /v1/session']
    expect(seen.filter((one) => !harmless.includes(one))).toEqual([])
    client.close()
  })
})
