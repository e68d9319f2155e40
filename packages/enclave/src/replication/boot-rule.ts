/**
 * The boot rule (DESIGN §7): a store may have been put back while nobody looked. After a boot, and
 * after the store fell, this zone orders and acknowledges nothing of a placement before so many of
 * its other zones have been compared that any majority that held a change has been asked.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { bootRuleWaitMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import { majorityOf } from './majority.ts'

export type BootRule = {
  /** All that this zone may hold of what a zone remembers has been fetched since the boot. */
  compared(zone: ZoneId): void
  hasCompared(zone: ZoneId): boolean
  /** Other zones of a placement that have yet to be compared; none where the rule is passed. */
  missing(zones: readonly ZoneId[]): readonly ZoneId[]
  /** Refuses `recovering`, naming the zones that are missing. */
  check(zones: readonly ZoneId[]): Result<void>
  /** As `check`, after waiting a little for the zones that are missing. */
  wait(zones: readonly ZoneId[]): Promise<Result<void>>
  /** Waits a little for what a replica needs to sign: the home's memory, or a majority's. */
  waitForWord(home: ZoneId, zones: readonly ZoneId[]): Promise<void>
}

/** A majority that holds a change has, without this zone, one among so many others. */
export const reportsNeeded = (zones: readonly ZoneId[]): number =>
  zones.length - majorityOf(zones) + 1

export const createBootRule = (zone: ZoneId, clock: Clock): BootRule => {
  const compared = new Set<ZoneId>()
  const waiting = new Set<() => void>()

  const missing = (zones: readonly ZoneId[]): readonly ZoneId[] => {
    // Nobody else knows of a wallet of one zone: there is nobody to ask.
    if (zones.length <= 1) return []
    const others = zones.filter((other) => other !== zone)
    const silent = others.filter((other) => !compared.has(other))
    return others.length - silent.length >= reportsNeeded(zones) ? [] : silent
  }

  const check = (zones: readonly ZoneId[]): Result<void> => {
    const names = missing(zones)
    if (names.length === 0) return accept(undefined)
    return refuse(
      'recovering',
      'this zone has yet to hear what other zones remember',
      names.join(','),
    )
  }

  const until = async (holds: () => boolean): Promise<void> => {
    if (holds()) return
    const end = clock.sleep(bootRuleWaitMs).then(() => 'late' as const)
    for (;;) {
      const woken = new Promise<void>((resolve) => void waiting.add(resolve))
      if ((await Promise.race([woken, end])) === 'late' || holds()) return
    }
  }

  return {
    compared: (other) => {
      compared.add(other)
      for (const wake of waiting) wake()
      waiting.clear()
    },
    hasCompared: (other) => compared.has(other),
    missing,
    check,
    wait: async (zones) => {
      await until(() => missing(zones).length === 0)
      return check(zones)
    },
    waitForWord: (home, zones) =>
      until(() => {
        const known = zones.filter((other) => other === zone || compared.has(other)).length
        return known >= majorityOf(zones) || compared.has(home) || missing(zones).length === 0
      }),
  }
}
