/**
 * The operator of a simulated mesh on this machine: names the boots of its nodes while they wait,
 * since a mesh that starts cold has no zone that could (DESIGN §4).
 */
import { bootCheckMs } from '../limits.ts'
import { confirmBoots, readBoots } from '../mesh-folder/confirm-boots.ts'
import type { MeshLayout } from '../mesh-folder/layout.ts'

export type LocalOperator = { stop(): void }

/** Begins after `delayMs`: a node that restarts alone is confirmed by the other zones before. */
export const startOperator = (
  layout: MeshLayout,
  names: readonly string[],
  delayMs: number,
): LocalOperator => {
  let stopped = false
  let named = ''
  let timer: NodeJS.Timeout
  const look = async (): Promise<void> => {
    const boots = await readBoots(layout, names)
    const list = boots.map(({ boot }) => boot).join()
    if (list !== named && !stopped && (await confirmBoots(layout, boots, Date.now()))) named = list
    if (!stopped) timer = setTimeout(next, bootCheckMs)
  }
  const next = (): void => {
    // A folder that is being removed has nothing to confirm.
    look().catch(() => undefined)
  }
  timer = setTimeout(next, delayMs)
  return {
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
