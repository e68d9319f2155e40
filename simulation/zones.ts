/** The zones of simulated meshes: where they are, how far they are trusted, how far apart. */
import type { VerifiedManifest } from '@holdfast/attestation'
import { MeshId, ZoneId } from '@holdfast/base/ids'

export const startsAtMs = Date.parse('2026-11-22T12:00:00Z')
export const measurement = 'e5'.repeat(32)
const dayMs = 86_400_000
/** Of a governor whose key is worth nothing: 32 bytes of 17. */
export const governorPrivateKey = new Uint8Array(32).fill(17)
const governorPublicKey = '0EqyMnQrtKs6E2i9RhXk5tAiSrcaAWuvhSCjMsl3hzc'

const zones = [
  { id: 'eu-west', name: 'Dublin', latitude: 53.3, longitude: -6.3, level: 3 },
  { id: 'us-east', name: 'Virginia', latitude: 38.9, longitude: -77.5, level: 2 },
  { id: 'ap-south', name: 'Singapore', latitude: 1.3, longitude: 103.8, level: 3 },
  { id: 'sa-east', name: 'Sao Paulo', latitude: -23.5, longitude: -46.6, level: 1 },
  { id: 'af-south', name: 'Cape Town', latitude: -33.9, longitude: 18.4, level: 2 },
] as const

export const zonesMax = zones.length

/** What a node of the first `count` zones would have verified. */
export const simulatedManifest = (count: number): VerifiedManifest => ({
  mesh: MeshId(`mesh_${'ab'.repeat(32)}`),
  hash: 'cd'.repeat(32),
  manifest: {
    format: 'holdfast manifest v1',
    name: 'simulation',
    nonce: '01'.repeat(32),
    serial: 1,
    previous: null,
    issuedAt: new Date(startsAtMs - dayMs).toISOString(),
    expiresAt: new Date(startsAtMs + dayMs).toISOString(),
    kind: 'simulated',
    simulatedRoot: '',
    zones: zones.slice(0, count).map((zone) => ({ ...zone, id: ZoneId(zone.id) })),
    measurements: [
      { mrEnclave: measurement, notBefore: new Date(startsAtMs - dayMs).toISOString() },
    ],
    tcb: { allowedStatuses: ['UpToDate'], minTcbEvaluationDataNumber: 0 },
    inventory: [],
    governors: { threshold: 1, keys: [{ id: 'one', publicKey: governorPublicKey }] },
  },
})
