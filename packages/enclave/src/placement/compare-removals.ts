/** After two zones have compared what they hold: what is held here, and may not be any more. */
import type { WalletId } from '@holdfast/base/ids'
import { inventoryPageWallets, peerTimeoutMs } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import type { ReplicatorContext } from '../replication/replicator-context.ts'

type Compared = {
  /** Wallets that the peer has named. */
  readonly named: ReadonlySet<WalletId>
  /** Of this bucket alone, where only that was compared. */
  readonly bucket: number | undefined
}

/**
 * What the peer did not name, though it may hold it as far as is known here, has left this zone, or
 * the peer's store. False where that could not be found out.
 */
export const compareRemovals = async (
  { leave, peers, wallets }: ReplicatorContext,
  peer: Peer,
  { named, bucket }: Compared,
): Promise<boolean> => {
  let after: WalletId | undefined
  for (;;) {
    const page = wallets.ofZone(peer.zone, { after, bucket, limit: inventoryPageWallets })
    const unnamed = page.map(({ id }) => id).filter((id) => !named.has(id))
    if (unnamed.length > 0) {
      const question = { type: 'gone.check', wallets: unnamed } as const
      const answer = await peers.ask(peer, question, peerTimeoutMs)
      if (!answer.ok) return false
      for (const removal of answer.value.removals) {
        const left = await leave(removal)
        // It came back meanwhile, by a version that the peer has yet to hear of.
        if (!left.ok && left.refusal.code !== 'superseded') return false
      }
    }
    after = page.at(-1)?.id
    if (page.length < inventoryPageWallets || after === undefined) return true
  }
}
