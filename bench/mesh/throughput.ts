/** Operations a second of a whole mesh, and the CPU that its processes take for each. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Load } from '../load/load.ts'
import { cpuMicrosOf } from '../server/cpu-time.ts'

export type Throughput = { readonly perSecond: number; readonly cpuMicros: number }

export const throughput = async (
  loads: readonly Load[],
  pids: readonly number[],
  times: { readonly warmUpMs: number; readonly measureMs: number },
): Promise<Throughput> => {
  const done = (): number => loads.reduce((sum, load) => sum + load.operations(), 0)
  const used = (): number => pids.reduce((sum, pid) => sum + cpuMicrosOf(pid), 0)
  try {
    await delay(times.warmUpMs)
    const [before, usedBefore, at] = [done(), used(), performance.now()]
    await delay(times.measureMs)
    const count = done() - before
    return {
      perSecond: Math.round((count / (performance.now() - at)) * 10_000) / 10,
      cpuMicros: Math.round((used() - usedBefore) / Math.max(1, count)),
    }
  } finally {
    await Promise.all(loads.map((load) => load.stop()))
  }
}
