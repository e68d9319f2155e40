/** What was refused is tried again ever more seldom, so that it does not hold up the rest. */
import { outboxBackoffMsMax, outboxBackoffMsMin } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'

export type Backoff = {
  /** Whether it is still too early. */
  waits(name: string): boolean
  refused(name: string): void
  done(name: string): void
  /** Everything whose name begins so may be tried at once. */
  forget(prefix: string): void
}

/** More are not remembered: they are tried too often rather than kept without end. */
const rememberedMax = 10_000

export const createBackoff = (clock: Clock): Backoff => {
  const refused = new Map<string, { readonly atMs: number; readonly pauseMs: number }>()
  return {
    waits: (name) => {
      const last = refused.get(name)
      if (last === undefined) return false
      const sinceMs = clock.nowMs() - last.atMs
      // A clock that fell must not make it wait for longer.
      return sinceMs >= 0 && sinceMs < last.pauseMs
    },
    refused: (name) => {
      const before = refused.get(name)?.pauseMs
      const pauseMs =
        before === undefined ? outboxBackoffMsMin : Math.min(before * 2, outboxBackoffMsMax)
      if (before === undefined && refused.size >= rememberedMax) return
      refused.set(name, { atMs: clock.nowMs(), pauseMs })
    },
    done: (name) => void refused.delete(name),
    forget: (prefix) => {
      for (const name of refused.keys()) if (name.startsWith(prefix)) refused.delete(name)
    },
  }
}
