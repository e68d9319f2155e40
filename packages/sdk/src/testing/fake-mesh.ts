/**
 * A mesh in memory for tests of the client: its manifests, quotes and sealed sessions are genuine
 * (simulated root, the production verifier, Noise), only what the enclaves answer is scripted.
 */
import {
  createSimulatedPlatform,
  createSimulatedRoot,
  encodeIdentity,
  encodeManifest,
  encodeSignedManifest,
  nonceMessage,
  ppidHashOf,
  reportDataOf,
  signManifest,
  simulatedCollateral,
  simulatedQuote,
  simulatedRootCertificate,
} from '@holdfast/attestation'
import { type Bytes, fromUtf8, toBase64Url, toHex, utf8 } from '@holdfast/base/bytes'
import { encodeEvidence } from '@holdfast/base/evidence'
import { BootId, MeshId, ZoneId } from '@holdfast/base/ids'
import type { Manifest } from '@holdfast/base/manifest'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { randomBytes } from '../entropy.ts'

export const fakeNowMs = Date.parse('2026-11-01T00:00:00Z')
export const fakeZones = [
  { id: 'eu-west', name: 'Dublin', latitude: 53.35, longitude: -6.26, level: 2 },
  { id: 'us-east', name: 'Virginia', latitude: 38.95, longitude: -77.45, level: 2 },
  { id: 'ap-south', name: 'Singapore', latitude: 1.35, longitude: 103.82, level: 1 },
].map((zone) => ({ ...zone, id: ZoneId(zone.id) }))

export const fakeMeasurement = sha256(utf8('the enclave of these tests'))

export type FakeMesh = {
  readonly id: MeshId
  readonly manifest: Manifest
  /** Body of `GET /v1/manifest`. */
  chain(): Bytes
  /** A further manifest, signed by the governor. */
  succeed(change: Partial<Manifest>): void
  enclave(zone: string, options?: { readonly measurement?: Bytes }): FakeEnclave
}

export type FakeEnclave = {
  readonly zone: ZoneId
  readonly boot: BootId
  readonly sealingPrivateKey: Bytes
  readonly identity: Bytes
  evidence(nonce: Bytes): Bytes
  /** Ed25519 by its identity key. */
  sign(message: Bytes): Bytes
}

const timestamp = (atMs: number): string => new Date(atMs).toISOString()

export const fakeMesh = (): FakeMesh => {
  const entropy = randomBytes
  const nowMs = fakeNowMs
  const root = createSimulatedRoot({ entropy, nowMs })
  const platforms = new Map(
    fakeZones.map(({ id }) => [id, createSimulatedPlatform(root, { entropy, nowMs })]),
  )
  const governor = ed25519.utils.randomSecretKey()
  const chain: { bytes: Bytes; signed: unknown }[] = []
  const publish = (manifest: Manifest): void => {
    const bytes = encodeManifest(manifest)
    const signature = signManifest(bytes, governor)
    const signed = encodeSignedManifest(bytes, [{ governor: 'one', signature }])
    chain.push({ bytes, signed: JSON.parse(fromUtf8(signed)) })
  }
  let manifest: Manifest = {
    format: 'holdfast manifest v1',
    name: 'test',
    nonce: toHex(randomBytes(32)),
    serial: 1,
    previous: null,
    issuedAt: timestamp(nowMs - 1000),
    expiresAt: timestamp(nowMs + 365 * 86_400_000),
    kind: 'simulated',
    simulatedRoot: toBase64Url(simulatedRootCertificate(root)),
    zones: fakeZones,
    measurements: [{ mrEnclave: toHex(fakeMeasurement), notBefore: timestamp(nowMs - 1000) }],
    tcb: { allowedStatuses: ['UpToDate'], minTcbEvaluationDataNumber: 1 },
    inventory: [...platforms].map(([zone, platform]) => ({ ppidHash: ppidHashOf(platform), zone })),
    governors: {
      threshold: 1,
      keys: [{ id: 'one', publicKey: toBase64Url(ed25519.getPublicKey(governor)) }],
    },
  }
  publish(manifest)
  const id = MeshId.of(sha256(chain[0]!.bytes))
  return {
    id,
    get manifest() {
      return manifest
    },
    chain: () => utf8(JSON.stringify({ manifests: chain.map(({ signed }) => signed) })),
    succeed: (change) => {
      const previous = toHex(sha256(chain.at(-1)!.bytes))
      manifest = { ...manifest, ...change, serial: manifest.serial + 1, previous }
      publish(manifest)
    },
    enclave: (zone, options = {}) => {
      const sealingPrivateKey = x25519.utils.randomSecretKey()
      const identityKey = ed25519.utils.randomSecretKey()
      const boot = BootId.of(randomBytes(16))
      const identity = encodeIdentity({
        format: 'holdfast identity v1',
        mesh: id,
        manifest: toHex(sha256(chain.at(-1)!.bytes)),
        zone: ZoneId(zone),
        boot,
        notBefore: timestamp(nowMs),
        notAfter: timestamp(nowMs + 86_400_000),
        tlsPublicKey: toBase64Url(new Uint8Array(91)),
        sealingPublicKey: toBase64Url(x25519.getPublicKey(sealingPrivateKey)),
        identityPublicKey: toBase64Url(ed25519.getPublicKey(identityKey)),
      })
      const quote = simulatedQuote(platforms.get(ZoneId(zone))!, {
        mrEnclave: options.measurement ?? fakeMeasurement,
        reportData: reportDataOf(identity),
      })
      const collateral = simulatedCollateral(root, { nowMs })
      return {
        zone: ZoneId(zone),
        boot,
        sealingPrivateKey,
        identity,
        sign: (message) => ed25519.sign(message, identityKey),
        evidence: (nonce) =>
          encodeEvidence({
            identity,
            quote,
            collateral,
            nonceSignature: ed25519.sign(nonceMessage(nonce), identityKey),
          }),
      }
    },
  }
}
