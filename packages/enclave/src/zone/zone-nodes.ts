/** The nodes that serve one shared store, as their beats in it say. */
import type { BootId } from '@holdfast/base/ids'
import { deadBeatMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Revision } from '../ports/store.ts'

export type SeenNode = {
  readonly boot: BootId
  readonly revision: Revision
  readonly heardAtMs: number
}

export type ZoneNodes = {
  beat(boot: BootId, revision: Revision): void
  gone(boot: BootId): void
  /** Boot ids in order, this node's own among them. */
  alive(): readonly BootId[]
  /** Other nodes whose beats have stopped. */
  dead(): readonly SeenNode[]
}

export const createZoneNodes = (self: BootId, clock: Clock): ZoneNodes => {
  const seen = new Map<BootId, SeenNode>()
  const isDead = (node: SeenNode): boolean => {
    const sinceMs = clock.nowMs() - node.heardAtMs
    // A clock that fell begins to count anew.
    if (sinceMs < 0) seen.set(node.boot, { ...node, heardAtMs: clock.nowMs() })
    return sinceMs >= deadBeatMs
  }
  return {
    beat: (boot, revision) => {
      if (boot === self || (seen.get(boot)?.revision ?? -1n) >= revision) return
      seen.set(boot, { boot, revision, heardAtMs: clock.nowMs() })
    },
    gone: (boot) => void seen.delete(boot),
    alive: () =>
      [
        self,
        ...[...seen.values()].filter((node) => !isDead(node)).map(({ boot }) => boot),
      ].toSorted(),
    dead: () => [...seen.values()].filter(isDead),
  }
}
