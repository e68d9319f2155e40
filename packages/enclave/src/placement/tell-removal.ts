/** Tells a zone that a wallet's placement names it no longer. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { ZoneId } from '@holdfast/base/ids'
import { peerTimeoutMs } from '../limits.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { Removal } from './gone-table.ts'

/** Accepted once the zone has erased it. Refuses `unreachable`, and as `leave` there. */
export const tellRemoval = async (
  { peers }: { readonly peers: Peers },
  zone: ZoneId,
  removal: Removal,
): Promise<Result<void>> => {
  const peer = peers.ofZone(zone)
  if (peer === undefined) return refuse('unreachable', 'no link to this zone', zone)
  const answer = await peers.ask(peer, { type: 'gone.put', removal }, peerTimeoutMs)
  return answer.ok ? accept(undefined) : answer
}
