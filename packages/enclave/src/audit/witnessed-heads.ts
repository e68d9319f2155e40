/** Shows other zones how this boot's chain grows, and keeps their signatures for receipts. */
import type { WitnessedHead } from '@holdfast/base/audit'
import { toBase64Url } from '@holdfast/base/bytes'
import type { ZoneId } from '@holdfast/base/ids'
import { auditLinksSent, auditWitnessIntervalMs, peerTimeoutMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { AuditLog } from './audit-log.ts'

export type WitnessedHeads = {
  /** The newest of each other zone. */
  list(): readonly WitnessedHead[]
  /** Asks zones that have not seen the newest head; at most once in `auditWitnessIntervalMs`. */
  spread(): Promise<void>
}

type Context = {
  readonly audit: AuditLog
  readonly clock: Clock
  readonly peers: Peers
  readonly zone: ZoneId
}

/** A witness that knows another boot's chain alone is begun with. */
const unknown = -1

class Heads implements WitnessedHeads {
  readonly #context: Context
  readonly #heads = new Map<ZoneId, WitnessedHead>()
  /** The index that each zone's witness is at. */
  readonly #at = new Map<ZoneId, number>()
  readonly #asking = new Set<ZoneId>()
  #spreadAtMs = 0

  constructor(context: Context) {
    this.#context = context
  }

  list(): readonly WitnessedHead[] {
    return [...this.#heads.values()]
  }

  async spread(): Promise<void> {
    const { audit, clock, peers, zone } = this.#context
    const nowMs = clock.nowMs()
    if (Math.abs(nowMs - this.#spreadAtMs) < auditWitnessIntervalMs) return
    this.#spreadAtMs = nowMs
    // What is not stored here must not be known elsewhere: a crash would look like a shortened log.
    if (!(await audit.flush()).ok) return
    const { index } = audit.head()
    const zones = new Set(peers.list().map((peer) => peer.zone))
    zones.delete(zone)
    await Promise.all(
      [...zones].map(async (other) => {
        const peer = peers.ofZone(other)
        const behind = (this.#at.get(other) ?? unknown) < index
        if (peer === undefined || !behind || this.#asking.has(other)) return
        this.#asking.add(other)
        await this.#ask(peer).finally(() => this.#asking.delete(other))
      }),
    )
  }

  async #ask(peer: Peer): Promise<void> {
    const { audit, peers, zone } = this.#context
    const after = this.#at.get(peer.zone) ?? unknown
    const links = audit.links(after, auditLinksSent)
    if (links === undefined) return
    const answer = await peers.ask(
      peer,
      { type: 'audit.witness', after, links: [...links] },
      peerTimeoutMs,
    )
    if (!answer.ok) return
    const { index, hash, at, signature } = answer.value
    this.#at.set(peer.zone, index)
    if (signature === undefined) return
    const { boot } = audit.head()
    const by = { zone: peer.zone, boot: peer.boot }
    this.#heads.set(peer.zone, {
      boot,
      zone,
      index,
      hash,
      by,
      at,
      signature: toBase64Url(signature),
    })
  }
}

export const createWitnessedHeads = (context: Context): WitnessedHeads => new Heads(context)
