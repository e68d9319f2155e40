/** Passes a request to the node that can answer it, once, with the milliseconds that remain. */

import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import type { AnyCall } from '../operations/call.ts'
import type { Peer } from '../ports/mesh.ts'
import { whileAlive } from '../replication/peers/while-alive.ts'

/**
 * Goes to nobody else from here (DESIGN §6: never hedged), but is not waited for where the other
 * node gives no sign of life: then the client may ask elsewhere while there is time.
 *
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
