/** Where a freeze or a revocation is in force, and how long the other zones may still sign. */
import type { Exposure } from '@holdfast/base/answers'
import type { ZoneId } from '@holdfast/base/ids'
import { formatTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'

/**
 * A replica signs within `staleAfterMs` of its last word from the home or from a majority. Where
 * the home and a majority know, a zone that does not can have heard neither without hearing this
 * too, so that its time runs out; else it may go on until it is reached.
 */
export const exposureOf = (
  wallet: Pick<Wallet, 'placement' | 'home' | 'staleAfterMs'>,
  known: ReadonlySet<ZoneId>,
  nowMs: number,
): Exposure => {
  const { zones } = wallet.placement
  const inForce = zones.filter((zone) => known.has(zone))
  const bounded = known.has(wallet.home) && inForce.length >= Math.floor(zones.length / 2) + 1
  return {
    inForce,
    open: zones
      .filter((zone) => !known.has(zone))
      .map((zone) => ({
        zone,
        ...(bounded ? { until: formatTimestamp(nowMs + wallet.staleAfterMs) } : {}),
      })),
  }
}
