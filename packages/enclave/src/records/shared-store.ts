/**
 * Many nodes serve a shared store: none claims it. Every commit compares the record of the zone
 * key instead (DESIGN §4), so that a node of an older key can change nothing any more.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Store } from '../ports/store.ts'
import { zoneEpochName } from './names.ts'
import { reading } from './reading.ts'
import type { StoreClaim } from './store-claim.ts'

/** Refuses `not_ready` where the zone key's record is gone. */
export const joinStore = async (store: Store): Promise<Result<StoreClaim>> => {
  const found = await reading(() => store.get(zoneEpochName))
  if (found === undefined) return refuse('not_ready', 'the store has no zone key')
  const { revision } = found
  // Asked by every beat: nothing else need look.
  return accept({ condition: { key: zoneEpochName, revision }, isHeld: async () => true })
}
