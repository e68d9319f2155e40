/** Forgets requests that waited long ago. */
import type { CoreContext } from '../core/context.ts'
import { waitKeptMs } from '../limits.ts'

export const sweepWaits = async (context: CoreContext): Promise<void> => {
  const nowMs = context.clock.nowMs()
  for (const wait of context.waits.all()) {
    if (wait.expiresAtMs + waitKeptMs < nowMs) await context.waits.remove(wait)
  }
}
