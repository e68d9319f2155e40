/** The zones of a mesh as the command line writes them: `id:latitude:longitude:level`. */
import { fail } from '@holdfast/base/errors'
import { ZoneId } from '@holdfast/base/ids'
import { type ManifestZone, manifestZone } from '@holdfast/base/manifest'

export const defaultZones: readonly ManifestZone[] = [
  { id: ZoneId('eu-west'), name: 'Dublin', latitude: 53.35, longitude: -6.26, level: 2 },
  { id: ZoneId('us-east'), name: 'Virginia', latitude: 38.95, longitude: -77.45, level: 2 },
  { id: ZoneId('ap-south'), name: 'Singapore', latitude: 1.35, longitude: 103.82, level: 1 },
]

/** `invalid_field` where the text is none: `eu-west:53.35:-6.26:2`. */
export const parseZone = (text: string): ManifestZone => {
  const [id = '', latitude, longitude, level, ...more] = text.split(':')
  const parsed = manifestZone.safeParse({
    id,
    name: id,
    latitude: Number(latitude),
    longitude: Number(longitude),
    level: Number(level),
  })
  if (parsed.success && more.length === 0) return parsed.data
  return fail('invalid_field', 'a zone is id:latitude:longitude:level', 'zone')
}
