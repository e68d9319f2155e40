/** Placement: which zones may hold a wallet and how many must (DESIGN §7). */
import { z } from 'zod'
import { zonesMax } from './limits.ts'
import { zoneId } from './schema.ts'

/** One set of constraints; *all zones* is the empty set. */
export const placementConstraints = z.strictObject({
  regions: z.array(zoneId).min(1).max(zonesMax).exactOptional(),
  withinKm: z
    .strictObject({
      latitude: z.number().min(-90).max(90),
      longitude: z.number().min(-180).max(180),
      km: z.number().min(0).max(20_100),
    })
    .exactOptional(),
  minLevel: z.int().min(1).max(9).exactOptional(),
  /** Only zones of the home's level. */
  sameLevel: z.literal(true).exactOptional(),
  /** At most this many zones, the home first, then the nearest to it. */
  copies: z.int().min(1).max(zonesMax).exactOptional(),
})
export type PlacementConstraints = z.infer<typeof placementConstraints>

export const placement = z.strictObject({
  constraints: placementConstraints,
  /** What the constraints resolve to under the manifest; the owner authorises these names. */
  zones: z.array(zoneId).min(1).max(zonesMax),
  /** How many zones must hold the wallet before a creation or a change is acknowledged. */
  durability: z.int().min(1).max(zonesMax),
})
export type Placement = z.infer<typeof placement>
