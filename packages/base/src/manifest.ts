/** The manifest of a mesh (DESIGN §3, §4): what its governors say that the others trust. */
import { z } from 'zod'
import { encodedBytes, encodedBytesUpTo } from './encoded.ts'
import {
  governorsMax,
  manifestBytesMax,
  measurementDelayMsMax,
  measurementsMax,
  platformsMax,
  zonesMax,
} from './limits.ts'
import { moment, momentMs } from './moment.ts'
import { hex, label, zoneId } from './schema.ts'
import { governorSignatures } from './signed-statement.ts'
import { snpPolicySchema } from './snp-policy.ts'
import { tcbStatuses } from './tcb-status.ts'

/** A region. The level is trust: 1 is lowest. */
export const manifestZone = z.strictObject({
  id: zoneId,
  name: label,
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  level: z.int().min(1).max(100),
  /** Raised by governors who want the key of the zone rotated. */
  keyGeneration: z.int().min(1).exactOptional(),
})

const governors = z.strictObject({
  /** How many of the governors must sign the next manifest. */
  threshold: z.int().min(1).max(governorsMax),
  keys: z
    .array(z.strictObject({ id: label, publicKey: encodedBytes(32) }))
    .min(1)
    .max(governorsMax),
})

/** SHA-256 of the PPID (SGX, TDX) or of the chip id (SEV-SNP). */
const platform = z.union([
  z.strictObject({ ppidHash: hex(32), zone: zoneId }),
  z.strictObject({ chipIdHash: hex(32), zone: zoneId }),
])

export type ManifestPlatform = z.infer<typeof platform>

/** What the inventory knows a platform by. */
export const platformHash = (listed: ManifestPlatform): string =>
  'ppidHash' in listed ? listed.ppidHash : listed.chipIdHash

const fields = z.strictObject({
  format: z.literal('holdfast manifest v1'),
  name: label,
  /** Random at genesis and the same ever after: two meshes never share an id. */
  nonce: hex(32),
  serial: z.int().min(1),
  /** SHA-256 of the bytes of the manifest before; null at genesis. */
  previous: hex(32).nullable(),
  issuedAt: moment,
  expiresAt: moment,
  /** For good. */
  kind: z.enum(['simulated', 'hardware']),
  /** DER of the mesh's own root; where the kind is simulated, for good. */
  simulatedRoot: encodedBytesUpTo(4096).exactOptional(),
  /** The same for evidence of SEV-SNP: DER of an ARK of the mesh's own. */
  simulatedSnpRoot: encodedBytesUpTo(4096).exactOptional(),
  zones: z.array(manifestZone).min(1).max(zonesMax),
  /**
   * How long after `issuedAt` a measurement comes into force that the manifest after this one lists
   * anew, unless all governors sign that; absent: not at all.
   */
  measurementDelayMs: z.int().min(0).max(measurementDelayMsMax).exactOptional(),
  measurements: z
    .array(z.strictObject({ mrEnclave: hex(32), notBefore: moment }))
    .min(1)
    .max(measurementsMax),
  tcb: z.strictObject({
    allowedStatuses: z
      .array(z.enum(tcbStatuses).exclude(['Revoked']))
      .min(1)
      .max(tcbStatuses.length),
    minTcbEvaluationDataNumber: z.int().min(0),
  }),
  /** What is asked of SEV-SNP guests; there wherever the inventory lists a chip. */
  snp: snpPolicySchema.exactOptional(),
  /** Each platform by its id → the zone that it may serve; the only source of both. */
  inventory: z.array(platform).max(platformsMax),
  governors,
})

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length

export const manifestSchema = fields.superRefine((manifest, context) => {
  const zones = manifest.zones.map((zone) => zone.id)
  const rules: readonly (readonly [holds: boolean, path: string])[] = [
    [(manifest.serial === 1) === (manifest.previous === null), 'previous'],
    [momentMs(manifest.issuedAt) < momentMs(manifest.expiresAt), 'expiresAt'],
    [(manifest.kind === 'simulated') === (manifest.simulatedRoot !== undefined), 'simulatedRoot'],
    [unique(zones), 'zones'],
    [unique(manifest.measurements.map((measurement) => measurement.mrEnclave)), 'measurements'],
    [manifest.kind === 'simulated' || manifest.simulatedSnpRoot === undefined, 'simulatedSnpRoot'],
    [manifest.snp !== undefined || manifest.inventory.every((one) => 'ppidHash' in one), 'snp'],
    [unique(manifest.inventory.map(platformHash)), 'inventory'],
    [manifest.inventory.every((platform) => zones.includes(platform.zone)), 'inventory'],
    [unique(manifest.governors.keys.map((governor) => governor.id)), 'governors'],
    [unique(manifest.governors.keys.map((governor) => governor.publicKey)), 'governors'],
    [manifest.governors.threshold <= manifest.governors.keys.length, 'governors'],
  ]
  for (const [holds, path] of rules) {
    if (!holds) context.addIssue({ code: 'custom', path: [path], message: 'a rule is broken' })
  }
})

export type Manifest = z.infer<typeof manifestSchema>
export type ManifestZone = z.infer<typeof manifestZone>

/** The signed file: the exact bytes, and governors' signatures over them. */
export const signedManifestSchema = z.strictObject({
  manifest: encodedBytesUpTo(manifestBytesMax),
  signatures: governorSignatures,
})
