/** Brings marks to every zone of the wallet: at once where a link is up, else when it comes up. */
import { type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import type { Mark } from '@holdfast/base/mark'
import { peerTimeoutMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Peer } from '../ports/mesh.ts'
import type { Peers } from '../replication/peers/peers.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import type { MarkTable } from './mark-table.ts'

type SpreadContext = {
  readonly zone: ZoneId
  readonly clock: Clock
  readonly peers: Peers
  readonly wallets: WalletTable
  readonly marks: MarkTable
}

/** What a zone answered: changes that it has already agreed to open, which cannot be cancelled. */
export type Acknowledged = { readonly late: readonly string[]; readonly certain: boolean }

export type MarkSpread = {
  /** Sends all marks of a wallet to its zones; settles when all answered or after `waitMs`. */
  send(wallet: WalletId, waitMs: number): Promise<ReadonlyMap<ZoneId, Acknowledged>>
  /** What a peer sent and was new here goes on to the zones that it may not reach. */
  passOn(wallet: WalletId): void
  /** A link came up: the peer gets every mark of the wallets that it may hold. */
  peerUp(peer: Peer): Promise<void>
  /** Tries again what a zone has not acknowledged. */
  flush(peer: Peer): Promise<void>
}

class PeerSpread implements MarkSpread {
  readonly #context: SpreadContext
  /** What each zone has not acknowledged; a link that comes up starts anew, so memory will do. */
  readonly #owed = new Map<ZoneId, Set<WalletId>>()

  constructor(context: SpreadContext) {
    this.#context = context
  }

  async send(wallet: WalletId, waitMs: number): Promise<ReadonlyMap<ZoneId, Acknowledged>> {
    const { wallets, zone, clock } = this.#context
    const acknowledged = new Map<ZoneId, Acknowledged>()
    const zones = (wallets.indexed(wallet)?.holders ?? []).filter((other) => other !== zone)
    for (const other of zones) this.#owe(other, wallet)
    const sent = Promise.all(
      zones.map(async (other) => {
        const answer = await this.#push(other, wallet)
        if (answer.ok) acknowledged.set(other, answer.value)
      }),
    )
    await Promise.race([sent, clock.sleep(waitMs)])
    return acknowledged
  }

  passOn(wallet: WalletId): void {
    void this.send(wallet, peerTimeoutMs)
  }

  async peerUp(peer: Peer): Promise<void> {
    const { marks, wallets } = this.#context
    for (const wallet of marks.wallets()) {
      if (wallets.indexed(wallet)?.holders.includes(peer.zone)) this.#owe(peer.zone, wallet)
    }
    await this.flush(peer)
  }

  async flush(peer: Peer): Promise<void> {
    for (const wallet of this.#owed.get(peer.zone) ?? []) await this.#push(peer.zone, wallet)
  }

  #owe(zone: ZoneId, wallet: WalletId): void {
    const owed = this.#owed.get(zone) ?? new Set()
    this.#owed.set(zone, owed.add(wallet))
  }

  async #push(zone: ZoneId, wallet: WalletId): Promise<Result<Acknowledged>> {
    const { peers, marks } = this.#context
    const peer = peers.ofZone(zone)
    if (peer === undefined) return refuse('unreachable', 'no link to this zone', zone)
    const sent: readonly Mark[] = marks.of(wallet)
    const answer = await peers.ask(
      peer,
      { type: 'marks.put', wallet, marks: [...sent] },
      peerTimeoutMs,
    )
    // What was added meanwhile is still owed.
    if (answer.ok && marks.of(wallet) === sent) this.#owed.get(zone)?.delete(wallet)
    return answer
  }
}

export const createMarkSpread = (context: SpreadContext): MarkSpread => new PeerSpread(context)
