/** Pauses between attempts: doubling, with a cap, jittered so that nodes do not dial in step. */
import { dialPauseMsMax, dialPauseMsMin } from '../limits.ts'

/** `attempt` from 0; `random` in [0, 1). Between half of the pause and the whole. */
export const backoffMs = (attempt: number, random: number): number => {
  const pause = Math.min(dialPauseMsMax, dialPauseMsMin * 2 ** Math.min(attempt, 30))
  return pause / 2 + (pause / 2) * random
}
