/** A simulated mesh with a manifest, governors and one node with evidence, for tests. */
import {
  encodeIdentity,
  encodeManifest,
  encodeSignedManifest,
  nonceMessage,
  parseSignedManifest,
  ppidHashOf,
  reportDataOf,
  signManifest,
  simulatedCollateral,
  simulatedQuote,
  type UntrustedManifest,
  type VerifiedManifest,
  verifyGenesis,
} from '@holdfast/attestation'
import { toBase64Url, toHex } from '@holdfast/base/bytes'
import type { Evidence } from '@holdfast/base/evidence'
import type { Identity } from '@holdfast/base/identity'
import { BootId, ZoneId } from '@holdfast/base/ids'
import type { Manifest } from '@holdfast/base/manifest'
import { p256Spki } from '@holdfast/base/x509'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { mrEnclave, nowMs, platform, root, seeded } from './world.ts'

const entropy = seeded('mesh')

export const governors = ['ada', 'bob', 'cyd'].map((id) => {
  const privateKey = entropy(32)
  return { id, privateKey, publicKey: toBase64Url(ed25519.getPublicKey(privateKey)) }
})

export const genesisFields: Manifest = {
  format: 'holdfast manifest v1',
  name: 'test mesh',
  nonce: toHex(entropy(32)),
  serial: 1,
  previous: null,
  issuedAt: '2026-11-01T00:00:00Z',
  expiresAt: '2027-11-01T00:00:00Z',
  kind: 'simulated',
  simulatedRoot: root.rootCertificate,
  zones: [
    { id: ZoneId('eu'), name: 'Europe', latitude: 52.4, longitude: 4.9, level: 3 },
    { id: ZoneId('us'), name: 'America', latitude: 40.7, longitude: -74, level: 2 },
  ],
  measurements: [{ mrEnclave: toHex(mrEnclave), notBefore: '2026-11-01T00:00:00Z' }],
  tcb: { allowedStatuses: ['UpToDate', 'SWHardeningNeeded'], minTcbEvaluationDataNumber: 17 },
  inventory: [{ ppidHash: ppidHashOf(platform), zone: ZoneId('eu') }],
  governors: { threshold: 2, keys: governors.map(({ id, publicKey }) => ({ id, publicKey })) },
}

/** The manifest signed by the first `count` governors, as it comes from a file. */
export const signed = (
  manifest: Manifest,
  signers: readonly (typeof governors)[number][] = governors.slice(0, 2),
): UntrustedManifest => {
  const bytes = encodeManifest(manifest)
  const parsed = parseSignedManifest(
    encodeSignedManifest(
      bytes,
      signers.map(({ id, privateKey }) => ({
        governor: id,
        signature: signManifest(bytes, privateKey),
      })),
    ),
  )
  if (!parsed.ok) throw new Error(parsed.refusal.detail)
  return parsed.value
}

export const verified = (manifest: Manifest): VerifiedManifest => {
  const result = verifyGenesis(signed(manifest))
  if (!result.ok) throw new Error(result.refusal.detail)
  return result.value
}

export const genesis = verified(genesisFields)

export const nodeKeys = {
  tls: p256.keygen(entropy(48)).secretKey,
  sealing: entropy(32),
  identity: entropy(32),
}
export const nonce = entropy(32)

export const identity: Identity = {
  format: 'holdfast identity v1',
  mesh: genesis.mesh,
  manifest: genesis.hash,
  zone: ZoneId('eu'),
  boot: BootId.of(entropy(16)),
  notBefore: '2026-11-22T12:00:00Z',
  notAfter: '2026-11-23T12:00:00Z',
  tlsPublicKey: toBase64Url(p256Spki(p256.getPublicKey(nodeKeys.tls, false))),
  sealingPublicKey: toBase64Url(x25519.getPublicKey(nodeKeys.sealing)),
  identityPublicKey: toBase64Url(ed25519.getPublicKey(nodeKeys.identity)),
}

/** Evidence of a node, with parts of it changed. */
export const evidenceOf = (
  changes: {
    readonly identity?: Partial<Identity>
    readonly quote?: Partial<Parameters<typeof simulatedQuote>[1]>
    readonly collateral?: Partial<Parameters<typeof simulatedCollateral>[1]>
    readonly platform?: typeof platform
    readonly nonce?: Uint8Array
  } = {},
): Evidence => {
  const bytes = encodeIdentity({ ...identity, ...changes.identity })
  return {
    identity: bytes,
    quote: simulatedQuote(changes.platform ?? platform, {
      mrEnclave,
      reportData: reportDataOf(bytes),
      ...changes.quote,
    }),
    collateral: simulatedCollateral(root, { nowMs, ...changes.collateral }),
    nonceSignature: ed25519.sign(nonceMessage(changes.nonce ?? nonce), nodeKeys.identity),
  }
}
