/**
 * Brings wallets and managed objects to the zones of their placement: pushes what is owed, and
 * compares inventories when a link comes up.
 */
import type { DurabilityState } from '@holdfast/base/answers'
import { ObjectId, WalletId, type ZoneId } from '@holdfast/base/ids'
import { inventoryPageWallets, outboxBatchRecords, peerTimeoutMs } from '../limits.ts'
import { acceptObjects } from '../objects/accept-objects.ts'
import type { StateEntry } from '../objects/object-records.ts'
import type { Peer } from '../ports/mesh.ts'
import { outPrefix, statePrefix, walletPrefix } from '../records/names.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { type AcceptContext, acceptWallet } from './accept-wallet.ts'
import { clearBundle, clearObjects } from './bundle.ts'
import { pushObjects, pushWallet } from './push.ts'
import type { ReplicatorContext } from './replicator-context.ts'
import { durabilityOf, finalCount, spread } from './spread.ts'

type Wait = { readonly needed: number; readonly waitMs: number }

export type Replicator = {
  spreadWallet(entry: WalletEntry, wait: Wait): Promise<DurabilityState>
  /** Objects of one wallet, whose placement they follow. */
  spreadObjects(
    wallet: WalletEntry,
    entries: readonly StateEntry[],
    wait: Wait,
  ): Promise<DurabilityState>
  /** Which zones hold this version, asked of those that answer. */
  confirm(entry: WalletEntry): Promise<DurabilityState>
  /** Sends what is owed to a zone whose link came up, then takes what it has and this one lacks. */
  catchUp(peer: Peer): Promise<void>
  /** Sends what is owed to a zone. */
  flush(peer: Peer): Promise<void>
  /** Records that other zones have not acknowledged. */
  owedCount(): Promise<number>
}

const owedCountMax = 10_000

class MeshReplicator implements Replicator {
  readonly #context: ReplicatorContext
  /** One catch-up at a time for each zone; a second call is served by the first. */
  readonly #running = new Map<ZoneId, Promise<void>>()

  constructor(context: ReplicatorContext) {
    this.#context = context
  }

  spreadWallet(entry: WalletEntry, wait: Wait): Promise<DurabilityState> {
    const { zone, clock } = this.#context
    const { zones } = entry.wallet.placement
    const push = (to: ZoneId) => pushWallet(this.#context, to, entry)
    return spread({ zones, self: zone, clock, push, ...wait })
  }

  spreadObjects(
    { wallet }: WalletEntry,
    entries: readonly StateEntry[],
    wait: Wait,
  ): Promise<DurabilityState> {
    const { zone, clock } = this.#context
    const push = (to: ZoneId) => pushObjects(this.#context, to, entries)
    return spread({ zones: wallet.placement.zones, self: zone, clock, push, ...wait })
  }

  async confirm(entry: WalletEntry): Promise<DurabilityState> {
    const { zone, peers } = this.#context
    const { id, placement } = entry.wallet
    const confirmed = new Set<ZoneId>([zone])
    await Promise.all(
      placement.zones.map(async (other) => {
        const peer = other === zone ? undefined : peers.ofZone(other)
        if (peer === undefined) return
        const has = await peers.ask(peer, { type: 'has', wallet: id }, peerTimeoutMs)
        const held = has.ok ? has.value.held : null
        if (held !== null && !isNewer(entry.wallet, held)) confirmed.add(other)
      }),
    )
    return durabilityOf(placement.zones, confirmed, finalCount(placement))
  }

  catchUp(peer: Peer): Promise<void> {
    const running = this.#running.get(peer.zone)
    if (running !== undefined) return running
    const run = this.flush(peer)
      .then(() => this.#compareWallets(peer))
      .then(() => this.#compareObjects(peer))
      .finally(() => this.#running.delete(peer.zone))
    this.#running.set(peer.zone, run)
    return run
  }

  async flush(peer: Peer): Promise<void> {
    const prefix = outPrefix(peer.zone)
    // Wallets first: a zone takes an object only once it holds the object's wallet.
    for (const kind of [walletPrefix, statePrefix]) {
      for (;;) {
        const names = await this.#context.records.names(`${prefix}${kind}`, outboxBatchRecords)
        let sent = 0
        for (const name of names) {
          if (await this.#pushOwed(peer, kind, name.slice(prefix.length + kind.length))) sent += 1
        }
        if (names.length < outboxBatchRecords || sent === 0) break
      }
    }
  }

  async owedCount(): Promise<number> {
    return (await this.#context.records.names('out/', owedCountMax)).length
  }

  async #pushOwed(peer: Peer, kind: string, id: string): Promise<boolean> {
    const { wallets, objects } = this.#context
    if (kind === walletPrefix) {
      const entry = await wallets.read(WalletId(id))
      return entry !== undefined && (await pushWallet(this.#context, peer.zone, entry)).ok
    }
    const entry = await objects.read(ObjectId(id))
    return entry !== undefined && (await pushObjects(this.#context, peer.zone, [entry])).ok
  }

  async #compareWallets(peer: Peer): Promise<void> {
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
        if (held === undefined || isNewer({ epoch, version }, held)) {
          await this.#fetchWallet(peer, id)
        }
      }
      after = page.value.next
    } while (after !== undefined)
  }

  async #compareObjects(peer: Peer): Promise<void> {
    const { peers, objects } = this.#context
    let after: ObjectId | undefined
    do {
      const page = await peers.ask(
        peer,
        { type: 'objects.inventory', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return
      for (const [id, epoch, version] of page.value.objects) {
        const held = objects.indexed(id)
        if (held === undefined || isNewer({ epoch, version }, held)) {
          await this.#fetchObject(peer, id)
        }
      }
      after = page.value.next
    } while (after !== undefined)
  }

  async #fetchWallet(peer: Peer, wallet: WalletId): Promise<void> {
    const answer = await this.#context.peers.ask(peer, { type: 'fetch', wallet }, peerTimeoutMs)
    if (!answer.ok || answer.value.bundle === null) return
    await acceptWallet(this.#context, answer.value.bundle, [])
    clearBundle(answer.value.bundle)
  }

  async #fetchObject(peer: Peer, object: ObjectId): Promise<void> {
    const { peers } = this.#context
    const answer = await peers.ask(peer, { type: 'objects.fetch', object }, peerTimeoutMs)
    if (!answer.ok || answer.value.bundle === null) return
    await acceptObjects(this.#context, answer.value.bundle, [])
    clearObjects(answer.value.bundle)
  }
}

export const createReplicator = (context: ReplicatorContext): Replicator =>
  new MeshReplicator(context)

/** One page of what this zone holds of what the peer may hold. */
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

export const objectInventory = (
  context: Pick<ReplicatorContext, 'objects'>,
  peer: Peer,
  after: ObjectId | undefined,
): { readonly objects: [ObjectId, number, number][]; readonly next?: ObjectId } => {
  const page = context.objects.ofZone(peer.zone, after, inventoryPageWallets)
  const last = page.at(-1)
  const more = page.length === inventoryPageWallets && last !== undefined
  return {
    objects: page.map((one) => [one.id, one.epoch, one.version]),
    ...(more ? { next: last.id } : {}),
  }
}
