/**
 * Every few seconds: what is owed is sent, and what zones that came up hold is fetched. By one node
 * of the zone; by the others more seldom, for the one may not reach a zone that they do.
 */
import type { ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../../core/context.ts'
import { followerRounds } from '../../limits.ts'

export type OwedFlush = {
  /** The zone's link came up: its inventories are compared with the next flush. */
  cameUp(zone: ZoneId): void
  /** Records that were owed when it was last looked. */
  owed(): number
  flush(): Promise<void>
}

export const createOwedFlush = (context: CoreContext): OwedFlush => {
  const { peers, replicator, zoneView, zone } = context
  const cameUp = new Set<ZoneId>()
  let owed = 0
  let rounds = 0

  const flushTo = async (other: ZoneId): Promise<void> => {
    const peer = peers.ofZone(other)
    if (peer === undefined) return
    if (owed > 0) await replicator.flush(peer)
    await (cameUp.delete(other) ? replicator.catchUp(peer) : replicator.resume(peer))
    await replicator.reconcile(peer)
    await context.markSpread.flush(peer)
  }

  return {
    cameUp: (other) => void cameUp.add(other),
    owed: () => owed,
    flush: async () => {
      rounds += 1
      if (!zoneView.leads() && rounds % followerRounds !== 0) return
      owed = await replicator.owedCount()
      const zones = new Set(peers.list().map((peer) => peer.zone))
      zones.delete(zone)
      await Promise.all([...zones].map(flushTo))
    },
  }
}
