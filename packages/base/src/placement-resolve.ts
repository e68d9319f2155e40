/**
 * Constraints → zone names, under the zones of a manifest. Client and enclave run this same
 * function: the client to write the names that the owner authorises, the enclave to judge them.
 */
import { accept, type Result, refuse } from './errors.ts'
import type { ZoneId } from './ids.ts'
import type { Placement, PlacementConstraints } from './placement.ts'

/** What a manifest says of a zone, as far as placement asks. */
export type PlacementZone = {
  readonly id: ZoneId
  readonly latitude: number
  readonly longitude: number
  /** Trust, 1 lowest. */
  readonly level: number
}

type Point = { readonly latitude: number; readonly longitude: number }

/** Mean radius R₁ (IUGG). */
const earthRadiusMetres = 6_371_008.8
const radians = (degrees: number): number => (degrees * Math.PI) / 180

/**
 * Great-circle distance in whole metres (haversine). Rounded, so that engines whose sines differ
 * in the last bit order the same zones the same way.
 */
export const distanceMetres = (from: Point, to: Point): number => {
  const latitude = Math.sin(radians(to.latitude - from.latitude) / 2)
  const longitude = Math.sin(radians(to.longitude - from.longitude) / 2)
  const square =
    latitude * latitude +
    Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * longitude * longitude
  return Math.round(2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(square))))
}

/** Durability where the owner names none: two zones where there are two. */
export const defaultDurability = (zones: number): number => Math.min(2, zones)

const fulfils = (constraints: PlacementConstraints, home: PlacementZone) => {
  const { regions, withinKm, minLevel, sameLevel } = constraints
  return (zone: PlacementZone): boolean =>
    (regions === undefined || regions.includes(zone.id)) &&
    (withinKm === undefined || distanceMetres(withinKm, zone) <= withinKm.km * 1000) &&
    (minLevel === undefined || zone.level >= minLevel) &&
    (sameLevel === undefined || zone.level === home.level)
}

/** The home, then the others by their distance from it; equally far ones by name. */
const byDistance = (home: PlacementZone) => (left: PlacementZone, right: PlacementZone) => {
  if (left.id === home.id || right.id === home.id) return left.id === home.id ? -1 : 1
  const difference = distanceMetres(home, left) - distanceMetres(home, right)
  if (difference !== 0) return difference
  return left.id < right.id ? -1 : 1
}

/**
 * The placement that constraints resolve to. Refusals: `unknown_zone` (the home or a region is not
 * in the manifest), `placement_mismatch` (the home itself does not fulfil the constraints),
 * `too_few_zones` (fewer zones than the durability).
 *
 * `resolvePlacement({ constraints: { minLevel: 2 }, home: ZoneId('eu-west'), zones })`
 */
export const resolvePlacement = (input: {
  readonly constraints: PlacementConstraints
  readonly home: ZoneId
  readonly zones: readonly PlacementZone[]
  readonly durability?: number
}): Result<Placement> => {
  const { constraints, zones } = input
  const home = zones.find((zone) => zone.id === input.home)
  if (home === undefined) return refuse('unknown_zone', 'the home is not a zone', input.home)
  const unknown = constraints.regions?.find((name) => !zones.some((zone) => zone.id === name))
  if (unknown !== undefined) return refuse('unknown_zone', 'a region is not a zone', unknown)

  const eligible = zones.filter(fulfils(constraints, home)).toSorted(byDistance(home))
  if (eligible.length === 0) return refuse('too_few_zones', 'no zone fulfils the placement')
  if (eligible[0] !== home) {
    return refuse('placement_mismatch', 'the home does not fulfil the placement', home.id)
  }
  const names = eligible.slice(0, constraints.copies ?? eligible.length).map((zone) => zone.id)
  const durability = input.durability ?? defaultDurability(names.length)
  if (names.length < durability) {
    const count = `${names.length} of the ${durability} zones`
    return refuse('too_few_zones', `${count} that the durability needs fulfil the placement`)
  }
  return accept({ constraints, zones: names, durability })
}

/**
 * Whether a placement names exactly the zones that its constraints resolve to, in order. Refuses
 * as `resolvePlacement` does, and with `placement_mismatch` where the names are others.
 */
export const checkPlacement = (input: {
  readonly placement: Placement
  readonly home: ZoneId
  readonly zones: readonly PlacementZone[]
}): Result<void> => {
  const { constraints, durability, zones: named } = input.placement
  const resolved = resolvePlacement({
    constraints,
    durability,
    home: input.home,
    zones: input.zones,
  })
  if (!resolved.ok) return resolved
  const expected = resolved.value.zones
  const same = expected.length === named.length && expected.every((id, at) => id === named[at])
  if (same) return accept(undefined)
  return refuse('placement_mismatch', `the constraints resolve to ${expected.join(', ')}`)
}
