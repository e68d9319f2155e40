/**
 * What peers have sent and is still being stored. A zone that asks what this one remembers must be
 * told of it: it may have sent it in a life that it has forgotten.
 */
import type { ZoneId } from '@holdfast/base/ids'

export type InFlight = {
  /** Counts the work as in flight until it settles. */
  run<Value>(zone: ZoneId, work: () => Promise<Value>): Promise<Value>
  /** Settles when all that the zone sent before has been judged. */
  settled(zone: ZoneId): Promise<void>
}

export const createInFlight = (): InFlight => {
  const running = new Map<ZoneId, Set<Promise<unknown>>>()
  return {
    run: (zone, work) => {
      const started = work()
      const ofZone = running.get(zone) ?? new Set()
      running.set(zone, ofZone.add(started))
      return started.finally(() => ofZone.delete(started))
    },
    settled: async (zone) => {
      const sent = running.get(zone)
      if (sent !== undefined) await Promise.allSettled(sent)
    },
  }
}
