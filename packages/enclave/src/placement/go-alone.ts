/**
 * One zone of a wallet's two goes on without the other, because the wallet's owners say so
 * (DESIGN §7: two zones, by signature only). The wallet becomes a group of its own, so that nothing
 * is decided for others, and a promise leaves the other zone out (decision 0017).
 */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { type Asked, storeNext } from '../changes/change-wallet.ts'
import type { CoreContext } from '../core/context.ts'
import { knownEpoch } from '../replication/homes/answer-promise.ts'
import { type Group, groupOf } from '../replication/homes/group.ts'
import { firstEpochAlone, votersOf } from '../replication/quorum/voters.ts'
import type { WalletEntry } from '../wallets/wallet-entry.ts'

/** A home that is heard can be moved by governors; nothing has to be given up. */
const isHeard = ({ peers, failoverAfterMs }: CoreContext, zone: ZoneId): boolean => {
  const sinceMs = peers.sinceHeardMs(zone)
  return peers.ofZone(zone) !== undefined && sinceMs !== undefined && sinceMs < failoverAfterMs
}

const checkGiveUp = (context: CoreContext, { wallet }: WalletEntry, zone: ZoneId): Result<void> => {
  const { placement, moved } = wallet
  if (!placement.zones.includes(zone) || zone === context.zone) {
    return refuse('placement_mismatch', 'this is no other zone of the placement', zone)
  }
  if (placement.zones.length !== 2) {
    return refuse('placement_mismatch', 'owners give up one of two zones: more have a majority')
  }
  if (moved?.from !== undefined) {
    return refuse('conflict', 'a change of the placement is on its way')
  }
  if (!votersOf(context, groupOf(wallet)).zones.includes(zone)) {
    return refuse('conflict', 'the zone is given up already', zone)
  }
  return isHeard(context, zone)
    ? refuse('conflict', 'the zone is heard here', zone)
    : accept(undefined)
}

/**
 * The promise and the document in one commit. Refusals: `placement_mismatch`, `conflict` (the zone
 * is heard, or given up already), those of the store.
 */
export const goAlone = async (
  context: CoreContext,
  entry: WalletEntry,
  { zone, asked }: { readonly zone: ZoneId; readonly asked: Asked },
): Promise<Result<WalletEntry>> => {
  const allowed = checkGiveUp(context, entry, zone)
  if (!allowed.ok) return allowed
  const { promises, zone: self } = context
  const { wallet } = entry
  const { id, placement, version, moved } = wallet
  const group: Group = { founder: self, zones: placement.zones, wallet: id }
  const before = [promises.get(groupOf(wallet)), promises.get(group)]
  const epochs = before.map((promised) => promised?.epoch ?? 1)
  const known = Math.max(wallet.epoch, knownEpoch(context, group), ...epochs)
  const epoch = firstEpochAlone(known, group, self)
  const promise = {
    group,
    epoch,
    candidate: self,
    adopted: true,
    // What governors said is not obeyed once more for the wallet alone.
    commandedAtMs: Math.max(...before.map((promised) => promised?.commandedAtMs ?? 0)),
    without: [zone],
  }
  const shares = moved?.shares ?? []
  const next = { ...moved, epoch, version: version + 1, shares }
  return storeNext(context, entry, asked, { moved: next }, { epoch, promise })
}
