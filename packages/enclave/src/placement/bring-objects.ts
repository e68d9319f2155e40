/** Brings all managed objects of a wallet to a zone that is to hold it. */
import type { ObjectId, ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import { inventoryPageWallets, peerTimeoutMs } from '../limits.ts'
import { pushObjects } from '../replication/outbox/push.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

/** True once the zone holds each of them in the version that is held here, or a later one. */
export const bringObjects = async (
  context: CoreContext,
  { wallet }: WalletEntry,
  zone: ZoneId,
): Promise<boolean> => {
  const ids = context.objects.ofWallet(wallet.id)
  for (let at = 0; at < ids.length; at += inventoryPageWallets) {
    const peer = context.peers.ofZone(zone)
    if (peer === undefined) return false
    const held = ids
      .slice(at, at + inventoryPageWallets)
      .flatMap((id) => context.objects.indexed(id) ?? [])
    const answer = await context.peers.ask(
      peer,
      {
        type: 'objects.lack',
        wallet: wallet.id,
        objects: held.map(({ id, epoch, version }): [ObjectId, number, number] => [
          id,
          epoch,
          version,
        ]),
      },
      peerTimeoutMs,
    )
    if (!answer.ok) return false
    for (const id of answer.value.objects) {
      const entry = await context.objects.read(id)
      if (entry === undefined) return false
      if (!(await pushObjects(context, zone, [entry])).ok) return false
    }
  }
  return true
}
