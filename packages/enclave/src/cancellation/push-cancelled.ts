/** Tells a zone that a creation was cancelled; what it is owed of it is struck out. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import { cancelledName } from '../records/names.ts'
import { strikeOut } from '../replication/outbox/strike-out.ts'
import type { ReplicatorContext } from '../replication/replicator-context.ts'
import { cancelledVersion } from './cancelled-table.ts'

/** Accepted once the zone has stored it. Refuses `unreachable`; `conflict` where it has it. */
export const pushCancelled = async (
  { cancelled, peers, records }: ReplicatorContext,
  zone: ZoneId,
  wallet: WalletId,
): Promise<Result<void>> => {
  const peer = peers.ofZone(zone)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', zone)
  const known = cancelled.of(wallet)
  if (known === undefined) return refuse('not_here', 'this is not cancelled here')
  const { home, zones, at } = known
  const cancellation = { wallet, home, zones: [...zones], at }
  const answer = await peers.ask(peer, { type: 'cancelled.put', cancellation }, peerTimeoutMs)
  if (!answer.ok) return answer
  await strikeOut(records, { zone, record: cancelledName(wallet), held: cancelledVersion })
  return accept(undefined)
}
