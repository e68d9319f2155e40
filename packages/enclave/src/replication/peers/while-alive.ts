/** Waits for a peer's answer as long as the peer gives signs of life. */
import { type Result, refuse } from '@holdfast/base/errors'
import { probePeerAfterMs, probePeerTimeoutMs } from '../../limits.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Peer } from '../../ports/mesh.ts'
import type { Peers } from './peers.ts'

/**
 * A node that stopped dead, or that no packet reaches, says nothing for as long as anybody waits.
 * Asked for the time, which costs no work, it says nothing either: then it is `unreachable`, and
 * whoever waits may ask elsewhere while there is time. One that owes answers already is asked for
 * the time at once. The question itself goes on: what comes of it later is the asker's affair.
 */
export const whileAlive = async <Value>(
  { peers, clock }: { readonly peers: Peers; readonly clock: Pick<Clock, 'sleep'> },
  peer: Peer,
  asked: Promise<Result<Value>>,
): Promise<Result<Value>> => {
  if (!peers.isLate(peer.boot)) {
    const late = clock.sleep(probePeerAfterMs).then(() => 'late' as const)
    const first = await Promise.race([asked, late])
    if (first !== 'late') return first
  }
  const probed = peers.ask(peer, { type: 'time' }, probePeerTimeoutMs)
  const second = await Promise.race([asked, probed.then(({ ok }) => ok)])
  if (second === true) return asked
  if (second !== false) return second
  return refuse('unreachable', 'the node that should answer gives no sign of life', peer.zone)
}
