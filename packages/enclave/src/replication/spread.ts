/** Sends one thing to every zone that must hold it, and waits until enough of them do. */
import type { DurabilityState } from '@holdfast/base/answers'
import type { Result } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { Clock } from '../ports/clock.ts'
import { majorityOf } from './majority.ts'

/** A change is final when a majority of the placement, and at least d zones, hold it. */
export const finalCount = ({ zones, durability }: Wallet['placement']): number =>
  Math.max(majorityOf(zones), Math.min(durability, zones.length))

export const durabilityOf = (
  zones: readonly ZoneId[],
  confirmed: ReadonlySet<ZoneId>,
  needed: number,
): DurabilityState => ({
  state: confirmed.size >= needed ? 'final' : 'pending',
  confirmed: zones.filter((zone) => confirmed.has(zone)),
  missing: zones.filter((zone) => !confirmed.has(zone)),
})

/**
 * Settles when `needed` zones hold it, this one included, or after `waitMs`. What is late goes on
 * without the caller.
 */
export const spread = async (options: {
  readonly zones: readonly ZoneId[]
  readonly self: ZoneId
  readonly needed: number
  readonly waitMs: number
  readonly clock: Clock
  readonly push: (zone: ZoneId) => Promise<Result<void>>
}): Promise<DurabilityState> => {
  const { zones, self, needed, waitMs, clock, push } = options
  const confirmed = new Set<ZoneId>([self])
  let enough: () => void = () => undefined
  const reached = new Promise<void>((resolve) => {
    enough = resolve
  })
  const note = (): void => {
    if (confirmed.size >= needed) enough()
  }
  note()
  const pushes = zones
    .filter((zone) => zone !== self)
    .map(async (zone) => {
      if (!(await push(zone)).ok) return
      confirmed.add(zone)
      note()
    })
  await Promise.race([reached, Promise.all(pushes), clock.sleep(waitMs)])
  return durabilityOf(zones, confirmed, needed)
}
