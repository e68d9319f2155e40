/** Passes a request to the node that can answer it, once, with the milliseconds that remain. */

import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../context.ts'
import { probePeerAfterMs, probePeerTimeoutMs } from '../limits.ts'
import type { AnyCall } from '../operations/call.ts'
import type { Peer } from '../ports/mesh.ts'

/**
 * A node that stopped dead says nothing for as long as anybody waits. Asked for the time, which
 * costs no work, it says nothing either; then the client may ask elsewhere while there is time.
 * The request itself goes to nobody else from here (DESIGN §6: never hedged).
 */
const whileAlive = async <Value>(
  { peers, clock }: CoreContext,
  peer: Peer,
  asked: Promise<Result<Value>>,
): Promise<Result<Value>> => {
  const late = clock.sleep(probePeerAfterMs).then(() => 'late' as const)
  const first = await Promise.race([asked, late])
  if (first !== 'late') return first
  const probed = peers.ask(peer, { type: 'time' }, probePeerTimeoutMs)
  const second = await Promise.race([asked, probed.then(({ ok }) => ok)])
  if (second === true) return asked
  if (second !== false) return second
  return refuse('unreachable', 'the node that holds this answers nothing', peer.zone)
}

/**
 * The answer's bytes as the other node wrote them; it names both nodes. Refusals: `not_here` for
 * what a session alone authenticates or what was passed on already, and the other node's own.
 */
export const forward = async (
  context: CoreContext,
  call: AnyCall,
  peer: Peer,
): Promise<Result<Bytes>> => {
  if (call.relayedBy !== undefined) return refuse('not_here', 'this node does not hold it either')
  if (call.session !== undefined && call.authorisations.length === 0) {
    // What a session proves ends with it: the client must open one with the other enclave.
    return refuse('not_here', 'open a session with the zone that can answer', peer.zone)
  }
  const remainingMs = Math.floor(call.deadlineMs - context.clock.nowMs())
  if (remainingMs <= 0) return refuse('unreachable', 'no time is left to ask another node')
  const asked = context.peers.ask(
    peer,
    {
      type: 'forward',
      request: call.bytes,
      authorisations: [...call.authorisations],
      ...(call.certificate === undefined ? {} : { certificate: call.certificate }),
      remainingMs,
    },
    remainingMs,
  )
  const answer = await whileAlive(context, peer, asked)
  return answer.ok ? accept(answer.value.body) : answer
}
