/** Asks a majority for what owners said there before a change takes effect (a veto at any zone). */
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { recalls } from '../marks/recalls.ts'
import { groupOf } from '../replication/homes/group.ts'
import { holdersOf, isQuorum } from '../replication/quorum/quorum.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

/**
 * True where a majority of the placement, this zone included, has told what it knows and agreed to
 * open the change: from then on none of them counts a cancellation of it as final.
 */
export const collectMarks = async (
  context: CoreContext,
  { wallet }: WalletEntry,
  change: string,
): Promise<boolean> => {
  const group = groupOf(wallet)
  const agreed = new Set<ZoneId>()
  const ask = async (zone: ZoneId): Promise<boolean> => {
    if (zone === context.zone) {
      return recalls(context, wallet.id) && (await context.marks.open(wallet.id, change)).ok
    }
    const peer = context.peers.ofZone(zone)
    if (peer === undefined) return false
    const question = { type: 'change.open', wallet: wallet.id, change } as const
    const answer = await context.peers.ask(peer, question, peerTimeoutMs)
    return answer.ok && (await context.marks.add(wallet.id, answer.value.marks)).ok
  }
  await Promise.all(
    holdersOf(group).map(async (zone) => {
      if (await ask(zone)) agreed.add(zone)
    }),
  )
  return isQuorum(group, (zone) => agreed.has(zone))
}
