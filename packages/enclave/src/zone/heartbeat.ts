/**
 * The heartbeat of a node on a shared store (DESIGN §7, staleness): what it writes comes back by
 * the watch behind everything that was committed before, so that its age bounds what is unknown.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { beatAgeMsMax, beatsInFlightMax } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Batch } from '../ports/store.ts'

export type Heartbeat = {
  /** Writes the next beat; nothing while too many are under way. */
  write(): Promise<void>
  /** The watch has given everything up to this beat. */
  returned(number: number): void
  /** Refuses `stale_zone` where no beat that began of late has returned. */
  check(): Result<void>
  /** Milliseconds since the beginning of the last beat that returned. */
  ageMs(): number | undefined
  /** Settles when the first beat has returned. */
  readonly first: Promise<void>
}

export const createHeartbeat = (options: {
  readonly clock: Clock
  /** The batch of a beat; numbers rise from 1. */
  readonly batchOf: (number: number) => Batch
  readonly commit: (batch: Batch) => Promise<unknown>
}): Heartbeat => {
  const { clock } = options
  const began = new Map<number, number>()
  const first = Promise.withResolvers<void>()
  let number = 0
  let writing = 0
  let latest = 0
  let latestAtMs: number | undefined

  const ageMs = (): number | undefined => {
    const age = latestAtMs === undefined ? undefined : clock.nowMs() - latestAtMs
    // A clock that fell behind the beat cannot say how old that is.
    return age === undefined || age < 0 ? undefined : age
  }

  return {
    first: first.promise,
    ageMs,
    write: async () => {
      if (writing >= beatsInFlightMax) return
      number += 1
      began.set(number, clock.nowMs())
      const [oldest] = began.keys()
      if (began.size > 2 * beatsInFlightMax && oldest !== undefined) began.delete(oldest)
      writing += 1
      try {
        await options.commit(options.batchOf(number))
      } finally {
        writing -= 1
      }
    },
    returned: (beat) => {
      const atMs = began.get(beat)
      // Commits that do not wait for each other have no order: an earlier one may come later.
      if (atMs === undefined || beat <= latest) return
      latest = beat
      latestAtMs = atMs
      for (const earlier of began.keys()) if (earlier <= beat) began.delete(earlier)
      first.resolve()
    },
    check: () => {
      const age = ageMs()
      return age !== undefined && age < beatAgeMsMax
        ? accept(undefined)
        : refuse('stale_zone', 'the store of this zone is silent or late')
    },
  }
}
