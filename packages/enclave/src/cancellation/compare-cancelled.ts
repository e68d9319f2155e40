/** Cancelled creations that two zones were told of: a store that was put back may lack some. */
import { toHex, utf8 } from '@holdfast/base/bytes'
import { accept } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Peer } from '../ports/mesh.ts'
import { eachPage } from '../replication/peers/each-page.ts'
import type { ReplicatorContext } from '../replication/replicator-context.ts'
import type { CancelledTable } from './cancelled-table.ts'

type Told = { readonly cancelled: CancelledTable; readonly crypto: Crypto }

/** Undefined where there are none: nothing more is said of them then. */
export const cancelledDigest = ({ cancelled, crypto }: Told, zone: ZoneId): string | undefined => {
  const ids = cancelled.shared(zone).map(({ wallet }) => wallet)
  return ids.length === 0 ? undefined : toHex(crypto.sha256(utf8(ids.join(','))))
}

/** Takes what the peer knows, whose digest this is. False where that broke off. */
export const compareCancelled = async (
  context: ReplicatorContext,
  peer: Peer,
  theirs: string | undefined,
): Promise<boolean> => {
  if (theirs === undefined || theirs === cancelledDigest(context, peer.zone)) return true
  const read = await eachPage(
    (part: { readonly after?: WalletId }) =>
      context.peers.ask(peer, { type: 'cancelled.list', ...part }, peerTimeoutMs),
    async (page) => {
      for (const one of page.cancelled) {
        const learned = await context.learnCancelled(one)
        // A wallet that is held here may have been sent to others: then it is completed.
        if (!learned.ok && learned.refusal.code !== 'conflict') return learned
      }
      return accept(undefined)
    },
  )
  return read.ok
}
