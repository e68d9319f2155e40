/** A node of a shared store follows its zone's key as it follows the records under it. */
import { zoneEpochName } from '../records/names.ts'
import type { Followed } from '../zone/followed.ts'
import type { EpochGuard } from './epoch-guard.ts'

export const followZoneKey = (guard: EpochGuard): Followed => ({
  prefix: zoneEpochName,
  // Before anything else is read: it may be under a key that peers have yet to give.
  load: async () => void (await guard.refresh()),
  put: (untrusted) => guard.notice(untrusted),
  deleted: () => undefined,
})
