/** What callers who ask little wait while others ask much. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Latency } from './modest-callers.ts'
import type { ModestProcess } from './modest-process.ts'

/** Somebody who asks more than is answered. */
export type Greedy = {
  counts(): { readonly sent: number; readonly answered: number }
  stop(): Promise<void> | void
}

export type Overloaded = {
  readonly latency: Latency
  /** Of the one who asks much, a second. */
  readonly sent: number
  readonly answered: number
}

const settleMs = 1000

export const measureUnder = async (
  modest: ModestProcess,
  greedy: Greedy,
  seconds: number,
): Promise<Overloaded> => {
  await delay(settleMs)
  const before = greedy.counts()
  const latency = await modest.measure(seconds)
  const after = greedy.counts()
  await greedy.stop()
  return {
    latency,
    sent: (after.sent - before.sent) / seconds,
    answered: (after.answered - before.answered) / seconds,
  }
}
