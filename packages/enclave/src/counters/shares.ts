/** How much of a limit each zone of a placement may count by itself. */
import type { ZoneId } from '@holdfast/base/ids'

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
