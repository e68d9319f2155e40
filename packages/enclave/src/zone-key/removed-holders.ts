/**
 * Whether the key of a zone has to be rotated: what could have it under the manifest that it was
 * made under, or a later one, is listed no longer; or governors asked for another (DESIGN §4).
 */
import type { VerifiedManifest } from '@holdfast/attestation'
import type { ZoneId } from '@holdfast/base/ids'
import { type Manifest, platformHash } from '@holdfast/base/manifest'

/** Code counts for every zone: any of it may have run there. */
const holdersOf = ({ measurements, inventory }: Manifest, zone: ZoneId): readonly string[] => [
  ...measurements.map(({ mrEnclave }) => `measurement ${mrEnclave}`),
  ...inventory.filter((one) => one.zone === zone).map((one) => `platform ${platformHash(one)}`),
]

const generationOf = ({ zones }: Manifest, zone: ZoneId): number =>
  zones.find(({ id }) => id === zone)?.keyGeneration ?? 0

/** `serial` is of the manifest that the zone's key was made under. */
export const mustRotate = (
  { manifest, history = [] }: VerifiedManifest,
  zone: ZoneId,
  serial: number,
): boolean => {
  const since = history.filter((earlier) => earlier.serial >= serial)
  const holders = new Set(holdersOf(manifest, zone))
  const generation = generationOf(manifest, zone)
  return since.some(
    (earlier) =>
      generationOf(earlier, zone) < generation ||
      holdersOf(earlier, zone).some((holder) => !holders.has(holder)),
  )
}
