/** What this zone answers other zones about creations that were cancelled. */
import { accept, type Result } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import { inventoryPageWallets } from '../limits.ts'
import type { Peer } from '../ports/mesh.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'

type Type = 'cancelled.put' | 'cancelled.list'

export const cancelledAnswersHere: {
  readonly [Name in Type]: (
    context: CoreContext,
    peer: Peer,
    request: Extract<PeerRequest, { type: Name }>,
  ) => Promise<Result<PeerAnswer<Name>>>
} = {
  'cancelled.put': async (context, peer, { cancellation }) => {
    // A zone that compares with this one is told of what it said in a life that it has forgotten.
    const learned = await context.inFlight.run(peer.zone, () =>
      context.learnCancelled(cancellation),
    )
    return learned.ok ? accept({}) : learned
  },
  'cancelled.list': async (context, peer, { after }) => {
    await context.inFlight.settled(peer.zone)
    const shared = context.cancelled.shared(peer.zone)
    const behind = shared.filter(({ wallet }) => after === undefined || wallet > after)
    const page = behind.slice(0, inventoryPageWallets)
    const last = page.at(-1)
    return accept({
      cancelled: page.map(({ wallet, home, zones, at }) => ({
        wallet,
        home,
        zones: [...zones],
        at,
      })),
      ...(behind.length > page.length && last !== undefined && { next: last.wallet }),
    })
  },
}
