/** How much of a limit each zone of a placement may count by itself. */
import type { ZoneId } from '@holdfast/base/ids'
import { parseTimestamp } from '@holdfast/base/time'
import type { Wallet } from '@holdfast/base/wallet'
import type { Counter } from './counter.ts'

/**
 * Equal parts; what does not divide goes to the first zones in the order of their names, one each.
 * All zones come to the same shares without asking, and their sum is the limit.
 *
 *     shareOf(10n, ['eu', 'us', 'ap'], 'ap') // 4n
 */
export const shareOf = (limit: bigint, zones: readonly ZoneId[], zone: ZoneId): bigint => {
  const index = zones.toSorted().indexOf(zone)
  if (index < 0) return 0n
  const count = BigInt(zones.length)
  return limit / count + (BigInt(index) < limit % count ? 1n : 0n)
}

/**
 * The part of one zone in one window. After a change of the placement no zone has more than it had
 * before, in windows that may have been opened by then: so that the sum is no more than the limit,
 * whichever of the documents each zone counts by. New zones are given what they need.
 */
export const shareIn = (
  { placement, moved }: Pick<Wallet, 'placement' | 'moved'>,
  { limit, lengthMs }: Pick<Counter, 'limit' | 'lengthMs'>,
  at: { readonly zone: ZoneId; readonly window: number },
): bigint => {
  const former = (moved?.shares ?? []).filter(
    ({ until }) =>
      until === undefined || lengthMs === undefined || at.window * lengthMs < parseTimestamp(until),
  )
  return [placement, ...former].reduce<bigint>((least, { zones }) => {
    const share = shareOf(limit, zones, at.zone)
    return share < least ? share : least
  }, limit)
}
