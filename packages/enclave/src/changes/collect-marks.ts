/** Asks a majority for what owners said there before a change takes effect (a veto at any zone). */
import type { CoreContext } from '../context.ts'
import { peerTimeoutMs } from '../limits.ts'
import { recalls } from '../marks/recalls.ts'
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
  const { zones } = wallet.placement
  const answers = await Promise.all(
    zones.map(async (zone) => {
      if (zone === context.zone) {
        return recalls(context, wallet.id) && (await context.marks.open(wallet.id, change)).ok
      }
      const peer = context.peers.ofZone(zone)
      if (peer === undefined) return false
      const question = { type: 'change.open', wallet: wallet.id, change } as const
      const answer = await context.peers.ask(peer, question, peerTimeoutMs)
      return answer.ok && (await context.marks.add(wallet.id, answer.value.marks)).ok
    }),
  )
  return answers.filter(Boolean).length >= Math.floor(zones.length / 2) + 1
}
