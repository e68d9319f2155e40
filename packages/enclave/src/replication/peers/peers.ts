/** Typed questions to peers, and when each zone was last heard. */
import { accept, attempt, type Result, refuse } from '@holdfast/base/errors'
import type { BootId, ZoneId } from '@holdfast/base/ids'
import type { Clock } from '../../ports/clock.ts'
import type { Mesh, Peer } from '../../ports/mesh.ts'
import { createLatePeers } from './late-peers.ts'
import {
  encodePeerRequest,
  type PeerAnswer,
  type PeerRequest,
  parsePeerAnswer,
} from './messages.ts'

export type Peers = {
  /** Nearest first, but for those that owe an answer for long. */
  list(): readonly Peer[]
  /** The nearest node of a zone whose link is up and that answers. */
  ofZone(zone: ZoneId): Peer | undefined
  byBoot(boot: BootId): Peer | undefined
  /** Whether it owes an answer for long, or gave none of late. */
  isLate(boot: BootId): boolean
  ask<Type extends PeerRequest['type']>(
    peer: Peer,
    request: Extract<PeerRequest, { type: Type }>,
    timeoutMs: number,
  ): Promise<Result<PeerAnswer<Type>>>
  /** Notes that a zone's enclave spoke just now. */
  heard(zone: ZoneId): void
  /**
   * Milliseconds since a zone's enclave last spoke; undefined if it never did since boot, or if
   * the clock says that it has yet to.
   */
  sinceHeardMs(zone: ZoneId): number | undefined
}

export const createPeers = (mesh: Mesh, clock: Clock): Peers => {
  const heardAt = new Map<ZoneId, number>()

  const heard = (zone: ZoneId): void => {
    heardAt.set(zone, clock.nowMs())
  }

  const late = createLatePeers(clock)

  /** What owes an answer for long comes last, however near it was. */
  const list = (): readonly Peer[] =>
    mesh
      .peers()
      .map((peer) => ({ peer, isLate: late.isLate(peer.boot) }))
      .toSorted(
        (left, right) =>
          Number(left.isLate) - Number(right.isLate) ||
          left.peer.roundTripMs - right.peer.roundTripMs,
      )
      .map(({ peer }) => peer)

  return {
    list,
    ofZone: (zone) => list().find((peer) => peer.zone === zone),
    isLate: (boot) => late.isLate(boot),
    byBoot: (boot) => mesh.peers().find((peer) => peer.boot === boot),
    ask: async (peer, request, timeoutMs) => {
      const ended = late.asked(peer.boot)
      const answered = await mesh.ask(peer.boot, encodePeerRequest(request), { timeoutMs })
      ended(answered.ok)
      if (!answered.ok) return answered
      heard(peer.zone)
      const parsed = attempt(() => parsePeerAnswer(request.type, answered.value))
      if (!parsed.ok) return refuse('internal', 'a peer gave an answer that cannot be read')
      return parsed.value.ok ? accept(parsed.value.value) : parsed.value
    },
    heard,
    sinceHeardMs: (zone) => {
      const at = heardAt.get(zone)
      const sinceMs = at === undefined ? undefined : clock.nowMs() - at
      // A clock that fell behind the last word cannot say how old that is.
      return sinceMs === undefined || sinceMs < 0 ? undefined : sinceMs
    },
  }
}
