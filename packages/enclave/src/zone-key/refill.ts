/**
 * A zone that cannot open its key counts as vanished: it is refilled from the others under a new
 * one, once they agree that the last one is gone (DESIGN §4).
 */
import type { Crypto } from '../ports/crypto.ts'
import type { Entropy } from '../ports/entropy.ts'
import type { Standing } from '../standing/standing.ts'
import { generateZoneKey } from './open-zone-key.ts'
import type { ZoneKey } from './zone-keys.ts'

/**
 * Makes a key of the epoch after the one that the others know, and asks them to admit it; the
 * same key again until they do. Where they know none, there is nothing to refill the zone from:
 * its records are then left as they are.
 */
export const createRefill = (
  context: { readonly crypto: Crypto; readonly entropy: Entropy; readonly standing: Standing },
  idOf: (zoneKey: ZoneKey) => string,
): (() => Promise<ZoneKey | undefined>) => {
  const { standing } = context
  let made: ZoneKey | undefined
  return async () => {
    const known = (await standing.lookUp()) ?? 0
    if (known === 0) return undefined
    if (made?.epoch !== known + 1) {
      made?.secret[Symbol.dispose]()
      made = generateZoneKey(context, known + 1)
    }
    standing.claim({ epoch: made.epoch, keyId: idOf(made), kind: 'refill' })
    return (await standing.attempt()) ? made : undefined
  }
}
