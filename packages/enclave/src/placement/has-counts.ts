/** Whether the new zones of a wallet know what its old ones have counted. */
import type { ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { isQuorum } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

const isCounted = ({ policy, credentials }: Wallet): boolean =>
  policy.rules.some(({ limits, once }) => (limits ?? once) !== undefined) ||
  credentials.some(({ kind }) => kind === 'password')

/**
 * Asked once both placements hold the move: from then on nobody counts by the old one alone, so
 * that what a majority of the new zones hears now is all that was counted before. Intents above
 * all: the voices of zones that leave are erased with them.
 */
export const hasCounts = async (context: CoreContext, entry: WalletEntry): Promise<boolean> => {
  const { wallet } = entry
  if (!isCounted(wallet)) return true
  const { id, epoch, version, placement } = wallet
  const known = new Set<ZoneId>()
  await Promise.all(
    placement.zones.map(async (zone) => {
      if (zone === context.zone) {
        if ((await context.counters.recoverAnew(entry)).ok) known.add(zone)
        return
      }
      const peer = context.peers.ofZone(zone)
      if (peer === undefined) return
      const question = { type: 'count.recover', wallet: id, epoch, version } as const
      if ((await context.peers.ask(peer, question, peerTimeoutMs)).ok) known.add(zone)
    }),
  )
  return isQuorum(placement, (zone) => known.has(zone))
}
