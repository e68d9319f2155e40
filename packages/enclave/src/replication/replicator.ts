/**
 * Brings wallets to the zones of their placement: pushes what is owed, remembers what was
 * acknowledged, and compares inventories when a link comes up.
 */
import type { DurabilityState } from '@holdfast/base/answers'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { WalletId, type ZoneId } from '@holdfast/base/ids'
import { inventoryPageWallets, outboxBatchRecords, peerTimeoutMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Peer } from '../ports/mesh.ts'
import { outName, outPrefix, type RecordName, walletName } from '../records/names.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { type AcceptContext, acceptWallet } from './accept-wallet.ts'
import { clearBundle, readBundle } from './bundle.ts'
import type { Peers } from './peers.ts'

export type ReplicatorContext = AcceptContext & {
  readonly clock: Clock
  readonly peers: Peers
}

export type Replicator = {
  /**
   * Sends a wallet to every other zone of its placement; settles when `needed` zones hold this
   * version, this one included, or after `waitMs`. What is late goes on without the caller.
   */
  spread(entry: WalletEntry, needed: number, waitMs: number): Promise<DurabilityState>
  /** Which zones hold this version, asked of those that answer. */
  confirm(entry: WalletEntry): Promise<DurabilityState>
  /** Sends what is owed to a zone whose link came up, then takes what it has and this one lacks. */
  catchUp(peer: Peer): Promise<void>
  /** Sends what is owed to a zone. */
  flush(peer: Peer): Promise<void>
  /** Records that other zones have not acknowledged. */
  owedCount(): Promise<number>
}

const stateOf = (
  entry: WalletEntry,
  confirmed: ReadonlySet<ZoneId>,
  needed: number,
): DurabilityState => {
  const { zones } = entry.wallet.placement
  return {
    state: confirmed.size >= needed ? 'final' : 'pending',
    confirmed: zones.filter((zone) => confirmed.has(zone)),
    missing: zones.filter((zone) => !confirmed.has(zone)),
  }
}

/** A change is final when a majority of the placement, and at least d zones, hold it. */
export const finalCount = (entry: WalletEntry): number => {
  const { zones, durability } = entry.wallet.placement
  return Math.max(Math.floor(zones.length / 2) + 1, Math.min(durability, zones.length))
}

class MeshReplicator implements Replicator {
  readonly #context: ReplicatorContext
  /** One catch-up at a time for each zone; a second call is served by the first. */
  readonly #running = new Map<ZoneId, Promise<void>>()

  constructor(context: ReplicatorContext) {
    this.#context = context
  }

  async spread(entry: WalletEntry, needed: number, waitMs: number): Promise<DurabilityState> {
    const { zone, clock } = this.#context
    const confirmed = new Set<ZoneId>([zone])
    const others = entry.wallet.placement.zones.filter((other) => other !== zone)
    let enough: () => void = () => undefined
    const reached = new Promise<void>((resolve) => {
      enough = resolve
    })
    if (confirmed.size >= needed) enough()
    const pushes = others.map(async (other) => {
      if (!(await this.#push(other, entry)).ok) return
      confirmed.add(other)
      if (confirmed.size >= needed) enough()
    })
    await Promise.race([reached, Promise.all(pushes), clock.sleep(waitMs)])
    return stateOf(entry, confirmed, needed)
  }

  async confirm(entry: WalletEntry): Promise<DurabilityState> {
    const { zone, peers } = this.#context
    const { id } = entry.wallet
    const confirmed = new Set<ZoneId>([zone])
    await Promise.all(
      entry.wallet.placement.zones.map(async (other) => {
        const peer = other === zone ? undefined : peers.ofZone(other)
        if (peer === undefined) return
        const has = await peers.ask(peer, { type: 'has', wallet: id }, peerTimeoutMs)
        const held = has.ok ? has.value.held : null
        if (held !== null && !isNewer(entry.wallet, held)) confirmed.add(other)
      }),
    )
    return stateOf(entry, confirmed, finalCount(entry))
  }

  catchUp(peer: Peer): Promise<void> {
    const running = this.#running.get(peer.zone)
    if (running !== undefined) return running
    const run = this.flush(peer)
      .then(() => this.#compare(peer))
      .finally(() => this.#running.delete(peer.zone))
    this.#running.set(peer.zone, run)
    return run
  }

  async owedCount(): Promise<number> {
    return (await this.#context.records.names('out/', owedCountMax)).length
  }

  /** Sends one wallet; on its acknowledgement what was owed of this version is struck out. */
  async #push(to: ZoneId, entry: WalletEntry): Promise<Result<void>> {
    const { peers, records } = this.#context
    const peer = peers.ofZone(to)
    if (peer === undefined) return refuse('unreachable', 'no link to this zone', to)
    const bundle = await readBundle(this.#context, entry.wallet.id)
    if (bundle === undefined) return refuse('not_here', 'the wallet is not held here')
    const answer = await peers.ask(peer, { type: 'put', bundle }, peerTimeoutMs)
    clearBundle(bundle)
    if (!answer.ok) return answer
    if (isNewer(entry.wallet, answer.value.held)) {
      return refuse('conflict', 'the zone holds an older version', to)
    }
    const name = outName(to, walletName(entry.wallet.id))
    const owed = await records.read(name)
    if (owed !== undefined && !isNewer(owed.version, answer.value.held)) {
      // A newer entry that comes meanwhile has another revision and stays.
      await records.commit({
        conditions: [{ key: name, revision: owed.revision }],
        writes: [{ type: 'delete', key: name }],
      })
    }
    return accept(undefined)
  }

  async flush(peer: Peer): Promise<void> {
    const prefix = outPrefix(peer.zone)
    for (;;) {
      const names = await this.#context.records.names(prefix, outboxBatchRecords)
      let sent = 0
      for (const name of names) if (await this.#pushOwed(peer, name, prefix)) sent += 1
      if (names.length < outboxBatchRecords || sent === 0) return
    }
  }

  async #pushOwed(peer: Peer, name: RecordName, prefix: string): Promise<boolean> {
    const wallet = WalletId(name.slice(`${prefix}wallet/`.length))
    const entry = await this.#context.wallets.read(wallet)
    return entry !== undefined && (await this.#push(peer.zone, entry)).ok
  }

  async #compare(peer: Peer): Promise<void> {
    const { peers, wallets } = this.#context
    let after: WalletId | undefined
    do {
      const page = await peers.ask(
        peer,
        { type: 'inventory', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return
      for (const [id, epoch, version] of page.value.wallets) {
        const held = wallets.indexed(id)
        if (held === undefined || isNewer({ epoch, version }, held)) await this.#fetch(peer, id)
      }
      after = page.value.next
    } while (after !== undefined)
  }

  async #fetch(peer: Peer, wallet: WalletId): Promise<void> {
    const answer = await this.#context.peers.ask(peer, { type: 'fetch', wallet }, peerTimeoutMs)
    if (!answer.ok || answer.value.bundle === null) return
    await acceptWallet(this.#context, answer.value.bundle, [])
    clearBundle(answer.value.bundle)
  }
}

const owedCountMax = 10_000

export const createReplicator = (context: ReplicatorContext): Replicator =>
  new MeshReplicator(context)

/** What this zone answers when a peer asks what it holds of the wallets that the peer may hold. */
export const inventory = (
  context: Pick<AcceptContext, 'wallets'>,
  peer: Peer,
  after: WalletId | undefined,
): {
  readonly wallets: [WalletId, number, number, string][]
  readonly next?: WalletId
} => {
  const page = context.wallets.ofZone(peer.zone, after, inventoryPageWallets)
  const last = page.at(-1)
  const more = page.length === inventoryPageWallets && last !== undefined
  return {
    wallets: page.map((one) => [one.id, one.epoch, one.version, one.hash]),
    ...(more ? { next: last.id } : {}),
  }
}
