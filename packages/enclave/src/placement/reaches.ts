/** Whether a placement could hold a wallet now. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Placement } from '@holdfast/base/placement'
import type { CoreContext } from '../core/context.ts'
import { finalCount } from '../replication/spread.ts'

/**
 * A change that its new zones cannot agree to would keep all later ones waiting. Refuses
 * `unreachable`, naming the zones without a link.
 */
export const reaches = (
  { peers, zone }: Pick<CoreContext, 'peers' | 'zone'>,
  placement: Placement,
): Result<void> => {
  const { zones } = placement
  const missing = zones.filter((other) => other !== zone && peers.ofZone(other) === undefined)
  if (zones.length - missing.length >= finalCount(placement, placement)) return accept(undefined)
  return refuse('unreachable', 'too few of the new zones can be reached', missing.join(','))
}
