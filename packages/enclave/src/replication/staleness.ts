/** Whether a replica may still sign: how long ago it had word from those that could change it. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { Peers } from './peers.ts'

/**
 * The home signs always; another zone within `staleAfterMs` of the last word from the home or
 * from a majority of the placement, itself included (DESIGN §7). Refuses `stale`.
 */
export const checkFresh = (
  context: { readonly zone: ZoneId; readonly peers: Peers },
  wallet: Pick<Wallet, 'home' | 'placement' | 'staleAfterMs'>,
): Result<void> => {
  if (wallet.home === context.zone) return accept(undefined)
  const isRecent = (zone: ZoneId): boolean => {
    const since = context.peers.sinceHeardMs(zone)
    return since !== undefined && since <= wallet.staleAfterMs
  }
  if (isRecent(wallet.home)) return accept(undefined)
  const { zones } = wallet.placement
  const recent = zones.filter((zone) => zone === context.zone || isRecent(zone)).length
  if (recent >= Math.floor(zones.length / 2) + 1) return accept(undefined)
  return refuse('stale', 'neither the home nor a majority of the zones was heard of late')
}
