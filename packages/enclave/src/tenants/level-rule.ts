/**
 * Who may speak for a KMIP client, which cannot verify evidence: a node whose own level is at
 * least the lowest level in the placement of the wallet (DESIGN §5).
 */
import { accept, assert, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

type Context = Pick<CoreContext, 'zone' | 'zones'>

export const lowestLevel = ({ zones }: Context, { wallet }: WalletEntry): number => {
  const held = zones.filter((zone) => wallet.placement.zones.includes(zone.id))
  assert(held.length > 0, 'a placement names zones of the manifest')
  return Math.min(...held.map((zone) => zone.level))
}

export const ownLevel = ({ zone, zones }: Context): number => {
  const own = zones.find(({ id }) => id === zone)
  assert(own !== undefined, 'the manifest names the zone of this node')
  return own.level
}

/** Refuses `not_here`. */
export const checkLevel = (context: Context, level: number, entry: WalletEntry): Result<void> =>
  level >= lowestLevel(context, entry)
    ? accept(undefined)
    : refuse('not_here', 'the level of this node is too low to speak for the wallet')
