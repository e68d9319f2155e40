/** What this zone answers other zones about wallets that move. */
import { accept, type Result } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { CoreContext } from '../core/context.ts'
import type { Peer } from '../ports/mesh.ts'
import type { PeerAnswer, PeerRequest } from '../replication/peers/messages.ts'
import { isNewer } from '../wallets/wallet-entry.ts'
import type { Removal } from './gone-table.ts'
import { leave } from './leave.ts'
import { tellRemoval } from './tell-removal.ts'

type Type = 'gone.put' | 'gone.check' | 'objects.lack'

/** That a zone may not hold a wallet, as far as is known here; undefined where it may. */
export const removalFor = (
  { wallets, gone }: Pick<CoreContext, 'wallets' | 'gone'>,
  wallet: WalletId,
  zone: ZoneId,
): Removal | undefined => {
  const held = wallets.indexed(wallet)
  if (held !== undefined) {
    if (held.holders.includes(zone)) return undefined
    const { epoch, version, holders, left, struck } = held
    return { wallet, epoch, version, zones: [...holders], left: [...left, ...struck] }
  }
  const known = gone.of(wallet)
  if (known === undefined || known.zones.includes(zone)) return undefined
  const { erased: _erased, ...removal } = known
  return removal
}

export const placementAnswersHere: {
  readonly [Name in Type]: (
    context: CoreContext,
    peer: Peer,
    request: Extract<PeerRequest, { type: Name }>,
  ) => Promise<Result<PeerAnswer<Name>>>
} = {
  'gone.put': async (context, peer, { removal }) => {
    const left = await leave(context, removal)
    if (!left.ok) return left
    // Others that left may hear this zone and not those that hold the wallet.
    for (const zone of removal.left) {
      if (zone !== context.zone && zone !== peer.zone) void tellRemoval(context, zone, removal)
    }
    return accept({})
  },
  'gone.check': async (context, peer, { wallets }) =>
    accept({ removals: wallets.flatMap((id) => removalFor(context, id, peer.zone) ?? []) }),
  'objects.lack': async (context, _peer, { wallet, objects }) =>
    accept({
      objects: objects.flatMap(([id, epoch, version]) => {
        const held = context.objects.indexed(id)
        const lacks = held?.wallet !== wallet || isNewer({ epoch, version }, held)
        return lacks ? [id] : []
      }),
    }),
}
