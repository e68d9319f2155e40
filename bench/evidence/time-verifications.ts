/** How long a verification takes, in whatever engine runs this. */
import type { Parts, Verify } from './verify-parts.ts'

export type Timing = { readonly medianMs: number; readonly slowestMs: number }

const runs = 40
const warmUps = 5

/** Wall time over `runs` verifications, after a few that are not counted; throws on a refusal. */
export const timeVerification = (one: {
  readonly verify: Verify
  readonly parts: Parts
  readonly nowMs: number
}): Timing => {
  const times: number[] = []
  for (let run = -warmUps; run < runs; run += 1) {
    const startedMs = performance.now()
    if (!one.verify(one.parts, one.nowMs).ok) throw new Error('real evidence is accepted')
    if (run >= 0) times.push(performance.now() - startedMs)
  }
  const sorted = times.toSorted((a, b) => a - b)
  return { medianMs: sorted[runs / 2] ?? 0, slowestMs: sorted.at(-1) ?? 0 }
}
