/** What changes of its placement leave in a wallet's document (decision 0014). */
import { z } from 'zod'
import { placementChangesMax, zonesMax } from './limits.ts'
import { timestamp, zoneId } from './schema.ts'

const zones = z.array(zoneId).min(1).max(zonesMax)

/** How limits were divided before a change: no zone counts more than it could then, too. */
export const formerShares = z.strictObject({
  zones,
  /** Windows that begin later are divided by the new placement alone; absent: none yet. */
  until: timestamp.exactOptional(),
})
export type FormerShares = z.infer<typeof formerShares>

export const moved = z.strictObject({
  /** The version that changed the placement last: who counts by an older one is behind. */
  epoch: z.int().min(1),
  version: z.int().min(1),
  /** The zones before, which decide together with the new ones until both have agreed. */
  from: zones.exactOptional(),
  /** Whose group the wallet leaves by its first change, while its home is the one that moved it. */
  founder: zoneId.exactOptional(),
  /** Zones that may no longer hold it, and have yet to say that they have erased it. */
  left: zones.exactOptional(),
  /**
   * Zones that never said that they have erased it, and that governors say are lost for good: what
   * they held may be there still.
   */
  struck: zones.exactOptional(),
  /** The newest last. */
  shares: z.array(formerShares).max(placementChangesMax),
})
export type Moved = z.infer<typeof moved>
