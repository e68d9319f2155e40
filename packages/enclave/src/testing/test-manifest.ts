/** The manifest of a mesh of cores in one process. */
import type { VerifiedManifest } from '@holdfast/attestation'
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import { MeshId, ZoneId } from '@holdfast/base/ids'
import type { ManifestPlatform } from '@holdfast/base/manifest'
import type { OwnEvidence } from '../ports/evidence.ts'

export const testZones = [
  { id: 'eu-west', name: 'Dublin', latitude: 53.3, longitude: -6.3, level: 3 },
  { id: 'us-east', name: 'Virginia', latitude: 38.9, longitude: -77.5, level: 2 },
  { id: 'ap-south', name: 'Singapore', latitude: 1.3, longitude: 103.8, level: 3 },
] as const

export const testMeasurement = 'e5'.repeat(32)
const dayMs = 86_400_000

/** A machine by its own evidence, and how the inventory lists it. */
export type TestMachine = {
  readonly evidence: OwnEvidence
  readonly hash: Pick<Extract<ManifestPlatform, { chipIdHash: string }>, 'chipIdHash'>
}

type ManifestOptions = {
  readonly machines?: Readonly<Record<string, TestMachine>>
  readonly manifest?: Pick<VerifiedManifest['manifest'], 'snp' | 'simulatedSnpRoot'>
}

/** Of one governor, for two days. */
export const testManifest = (
  governor: Bytes,
  zones: readonly (typeof testZones)[number][],
  root: Bytes,
  inventory: readonly ManifestPlatform[],
  nowMs: number,
  { machines = {}, manifest }: ManifestOptions,
): VerifiedManifest => ({
  mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
  hash: 'cd'.repeat(32),
  manifest: {
    format: 'holdfast manifest v1',
    name: 'test',
    nonce: '01'.repeat(32),
    serial: 1,
    previous: null,
    issuedAt: new Date(nowMs - dayMs).toISOString(),
    expiresAt: new Date(nowMs + dayMs).toISOString(),
    kind: 'simulated',
    simulatedRoot: toBase64Url(root),
    zones: zones.map((zone) => ({ ...zone, id: ZoneId(zone.id) })),
    measurements: [
      ...new Set([
        testMeasurement,
        ...Object.values(machines).map((one) => one.evidence.measurement),
      ]),
    ].map((mrEnclave) => ({ mrEnclave, notBefore: new Date(nowMs - dayMs).toISOString() })),
    ...manifest,
    tcb: { allowedStatuses: ['UpToDate'], minTcbEvaluationDataNumber: 0 },
    inventory: [...inventory],
    governors: { threshold: 1, keys: [{ id: 'one', publicKey: toBase64Url(governor) }] },
  },
})
