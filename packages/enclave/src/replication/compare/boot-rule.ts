/**
 * The boot rule (DESIGN §7): a store may have been put back while nobody looked. After a boot, and
 * after the store fell, this zone orders and acknowledges nothing of a placement before so many of
 * its other zones have been compared that any majority that held a change has been asked.
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { bootRuleWaitMs } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import { majorityOf } from '../quorum/majority.ts'
import { type Deciding, isQuorum, placementsOf } from '../quorum/quorum.ts'

/** The zones of a placement, or of two while it changes. */
export type Placed = readonly ZoneId[] | Deciding

export type BootRule = {
  /** All that this zone may hold of what a zone remembers has been fetched since the boot. */
  compared(zone: ZoneId): void
  hasCompared(zone: ZoneId): boolean
  /** Other zones of a placement that have yet to be compared; none where the rule is passed. */
  missing(deciding: Placed): readonly ZoneId[]
  /** Refuses `recovering`, naming the zones that are missing. */
  check(deciding: Placed): Result<void>
  /** As `check`, after waiting a little for the zones that are missing. */
  wait(deciding: Placed): Promise<Result<void>>
  /** Waits a little for what a replica needs to sign: the home's memory, or a majority's. */
  waitForWord(home: ZoneId, deciding: Placed): Promise<void>
}

const groupIn = (deciding: Placed): Deciding =>
  'zones' in deciding ? deciding : { zones: deciding }

/** A majority that holds a change has, without this zone, one among so many others. */
export const reportsNeeded = (zones: readonly ZoneId[]): number =>
  zones.length - majorityOf(zones) + 1

export const createBootRule = (zone: ZoneId, clock: Clock): BootRule => {
  const compared = new Set<ZoneId>()
  const waiting = new Set<() => void>()

  const missingOf = (zones: readonly ZoneId[]): readonly ZoneId[] => {
    // Nobody else knows of a wallet of one zone: there is nobody to ask.
    if (zones.length <= 1 && zones[0] === zone) return []
    const others = zones.filter((other) => other !== zone)
    const silent = others.filter((other) => !compared.has(other))
    return others.length - silent.length >= reportsNeeded(zones) ? [] : silent
  }

  const missing = (deciding: Placed): readonly ZoneId[] => [
    ...new Set(placementsOf(groupIn(deciding)).flatMap(missingOf)),
  ]

  const check = (deciding: Placed): Result<void> => {
    const names = missing(deciding)
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
    wait: async (deciding) => {
      await until(() => missing(deciding).length === 0)
      return check(deciding)
    },
    waitForWord: (home, deciding) =>
      until(() => {
        const isKnown = (other: ZoneId): boolean => other === zone || compared.has(other)
        const isEnough = isQuorum(groupIn(deciding), isKnown) || compared.has(home)
        return isEnough || missing(deciding).length === 0
      }),
  }
}
