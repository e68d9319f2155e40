/**
 * Reads the store anew, a few records at a time, and puts back what it has lost or damaged
 * (DESIGN §7, reconciliation). What a node keeps in memory says what must be there; other zones
 * say what it was. Nothing is ever deleted for not being readable.
 */
import { RefusalError } from '@holdfast/base/errors'
import type { ObjectId, WalletId } from '@holdfast/base/ids'
import { scrubPauseMs, scrubRecordsPerRound } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import { isObjectWhole, isWalletWhole, type ScrubContext } from './inspect.ts'
import { repairObject } from './repair-object.ts'
import { repairWallet } from './repair-wallet.ts'

export type ScrubCounts = {
  /** Wallets and objects that were read anew. */
  readonly checked: number
  readonly repaired: number
  /** Found lost or damaged, and not put back yet. */
  readonly damaged: number
}

export type Scrub = {
  /** Goes on with the next few. Refusals of the store end the round. */
  round(): Promise<void>
  counts(): ScrubCounts
}

/** One kind of record: the ids in their order, from one on, and how one is looked at and mended. */
type Kind<Id> = {
  readonly behind: (after: Id | undefined, limit: number) => readonly Id[]
  readonly isWhole: (id: Id) => Promise<boolean>
  readonly repair: (id: Id) => Promise<boolean>
}

const createKindScrub = <Id>(clock: Clock, kind: Kind<Id>) => {
  const damaged = new Set<Id>()
  let after: Id | undefined
  let endedAtMs = clock.nowMs() - scrubPauseMs
  let checked = 0
  let repaired = 0

  const mend = async (id: Id): Promise<void> => {
    if (!(await kind.repair(id))) return
    damaged.delete(id)
    repaired += 1
  }

  return {
    round: async (): Promise<void> => {
      for (const id of [...damaged].slice(0, scrubRecordsPerRound)) await mend(id)
      const sinceMs = clock.nowMs() - endedAtMs
      if (after === undefined && sinceMs >= 0 && sinceMs < scrubPauseMs) return
      const ids = kind.behind(after, scrubRecordsPerRound)
      for (const id of ids) {
        after = id
        checked += 1
        if (damaged.has(id) || (await kind.isWhole(id))) continue
        damaged.add(id)
        await mend(id)
      }
      if (ids.length === scrubRecordsPerRound) return
      after = undefined
      endedAtMs = clock.nowMs()
    },
    counts: (): ScrubCounts => ({ checked, repaired, damaged: damaged.size }),
  }
}

export const createScrub = (context: ScrubContext): Scrub => {
  const { clock, wallets, objects, zone } = context
  const kinds = [
    createKindScrub<WalletId>(clock, {
      behind: (after, limit) => wallets.ofZone(zone, { after, limit }).map(({ id }) => id),
      isWhole: (id) => isWalletWhole(context, id),
      repair: (id) => repairWallet(context, id),
    }),
    createKindScrub<ObjectId>(clock, {
      behind: (after, limit) => objects.ofZone(zone, { after, limit }).map(({ id }) => id),
      isWhole: (id) => isObjectWhole(context, id),
      repair: (id) => repairObject(context, id),
    }),
  ]
  // A slow store must not be asked twice at once.
  let isRunning = false
  return {
    round: async () => {
      if (isRunning) return
      isRunning = true
      try {
        for (const kind of kinds) await kind.round()
      } catch (error) {
        if (!(error instanceof RefusalError)) throw error
      } finally {
        isRunning = false
      }
    },
    counts: () => {
      const all = kinds.map((kind) => kind.counts())
      const sum = (of: (counts: ScrubCounts) => number): number =>
        all.reduce((total, counts) => total + of(counts), 0)
      return {
        checked: sum((counts) => counts.checked),
        repaired: sum((counts) => counts.repaired),
        damaged: sum((counts) => counts.damaged),
      }
    },
  }
}
