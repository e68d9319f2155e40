/** A load on a node, and what its processes use for each operation meanwhile. */
import { setTimeout as delay } from 'node:timers/promises'
import { answerTimeoutMs } from '../limits.ts'
import { cpuMicrosOf } from '../server/cpu-time.ts'

export type Load = {
  /** Answered so far; throws where an operation failed. */
  operations(): number
  stop(): Promise<void>
}

/** Waits for so long, and until something was answered since: machines may be busy. */
const answersWithin = async (load: Load, ms: number): Promise<number> => {
  const before = load.operations()
  const deadline = performance.now() + ms + answerTimeoutMs
  await delay(ms)
  while (load.operations() === before) {
    if (performance.now() > deadline) throw new Error('the node answers nothing')
    await delay(10)
  }
  return load.operations() - before
}

/** CPU microseconds per operation, of each process. */
export const measureLoad = async (
  load: Load,
  pids: readonly number[],
  times: { readonly warmUpMs: number; readonly seconds: number },
): Promise<readonly number[]> => {
  try {
    await answersWithin(load, times.warmUpMs)
    const before = pids.map(cpuMicrosOf)
    const operations = await answersWithin(load, times.seconds * 1000)
    const after = pids.map(cpuMicrosOf)
    return after.map((micros, index) => (micros - (before[index] ?? 0)) / operations)
  } finally {
    await load.stop()
  }
}
