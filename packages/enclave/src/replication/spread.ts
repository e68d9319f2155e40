/** Sends one thing to every zone that must hold it, and waits until enough of them do. */
import type { DurabilityState } from '@holdfast/base/answers'
import type { Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { Clock } from '../ports/clock.ts'
import { majorityOf } from './quorum/majority.ts'
import { type Deciding, isQuorum } from './quorum/quorum.ts'

/** How many of those that decide must hold what is final: a majority, and at least d. */
export const finalCount = (
  { zones }: Deciding,
  { durability }: Pick<Wallet['placement'], 'durability'>,
): number => Math.max(majorityOf(zones), Math.min(durability, zones.length))

/**
 * Which zones count, and how many of the placement are enough; of the placement before, where that
 * decides as well, a majority.
 */
export type Enough = { readonly voters: Deciding; readonly needed: number }

export const isEnough = ({ voters, needed }: Enough, confirmed: ReadonlySet<ZoneId>): boolean => {
  const holds = (zone: ZoneId): boolean => confirmed.has(zone)
  const { zones, from } = voters
  if (from !== undefined && !isQuorum({ zones: from }, holds)) return false
  return zones.filter(holds).length >= needed
}

export const durabilityOf = (
  zones: readonly ZoneId[],
  confirmed: ReadonlySet<ZoneId>,
  enough: Enough,
): DurabilityState => ({
  state: isEnough(enough, confirmed) ? 'final' : 'pending',
  confirmed: zones.filter((zone) => confirmed.has(zone)),
  missing: zones.filter((zone) => !confirmed.has(zone)),
})

/**
 * Settles when enough zones hold it, this one included, or after `waitMs`. What is late goes on
 * without the caller.
 */
export const spread = async (options: {
  readonly zones: readonly ZoneId[]
  readonly self: ZoneId
  readonly enough: Enough
  readonly waitMs: number
  readonly clock: Clock
  readonly push: (zone: ZoneId) => Promise<Result<void>>
}): Promise<DurabilityState> => {
  const { zones, self, enough, waitMs, clock, push } = options
  const confirmed = new Set<ZoneId>([self])
  const reached = Promise.withResolvers<void>()
  const note = (): void => {
    if (isEnough(enough, confirmed)) reached.resolve()
  }
  note()
  const pushes = zones
    .filter((zone) => zone !== self)
    .map(async (zone) => {
      if (!(await push(zone)).ok) return
      confirmed.add(zone)
      note()
    })
  await Promise.race([reached.promise, Promise.all(pushes), clock.sleep(waitMs)])
  return durabilityOf(zones, confirmed, enough)
}
