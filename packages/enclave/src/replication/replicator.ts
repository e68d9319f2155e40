/**
 * Brings wallets and managed objects to the zones of their placement: pushes what is owed, and
 * compares inventories when a link comes up.
 */
import type { DurabilityState } from '@holdfast/base/answers'
import { type ErrorCode, errorTable } from '@holdfast/base/errors'
import { ObjectId, WalletId, type ZoneId } from '@holdfast/base/ids'
import { inventoryPageWallets, outboxBatchRecords, peerTimeoutMs } from '../limits.ts'
import { acceptObjects } from '../objects/accept-objects.ts'
import type { StateEntry } from '../objects/object-records.ts'
import type { Peer } from '../ports/mesh.ts'
import {
  outName,
  outPrefix,
  type RecordName,
  stateName,
  statePrefix,
  walletName,
  walletPrefix,
} from '../records/names.ts'
import type { RecordVersion } from '../records/record-seal.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { type AcceptContext, acceptWallet, fromPeer } from './accept-wallet.ts'
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
  /** Goes on with a catch-up that broke off before its end; nothing where none did. */
  resume(peer: Peer): Promise<void>
  /** Sends what is owed to a zone. */
  flush(peer: Peer): Promise<void>
  /** Records that other zones have not acknowledged. */
  owedCount(): Promise<number>
}

const owedCountMax = 10_000

/** Refused for what it says, not for what happened meanwhile: asking again would change nothing. */
const isSettled = (code: ErrorCode): boolean =>
  code === 'conflict' || errorTable[code].retry !== 'later'

class MeshReplicator implements Replicator {
  readonly #context: ReplicatorContext
  /** One catch-up at a time for each zone; a second call is served by the first. */
  readonly #running = new Map<ZoneId, Promise<void>>()
  /**
   * Zones whose inventories were not compared to their end since their link came up: a store that
   * lost what it had acknowledged is filled by this alone.
   */
  readonly #uncompared = new Set<ZoneId>()

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
    this.#uncompared.add(peer.zone)
    return this.resume(peer)
  }

  resume(peer: Peer): Promise<void> {
    const { zone } = peer
    const running = this.#running.get(zone)
    if (running !== undefined) return running
    if (!this.#uncompared.has(zone)) return Promise.resolve()
    const run = this.#bring(peer).finally(() => this.#running.delete(zone))
    this.#running.set(zone, run)
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

  async #bring(peer: Peer): Promise<void> {
    await this.flush(peer)
    if (!(await this.#compareWallets(peer))) return
    if (await this.#compareObjects(peer)) this.#uncompared.delete(peer.zone)
  }

  async #pushOwed(peer: Peer, kind: string, id: string): Promise<boolean> {
    const { wallets, objects } = this.#context
    if (kind === walletPrefix) {
      const wallet = WalletId(id)
      if (await this.#isBehindOwed(peer, walletName(wallet), wallets.indexed(wallet))) {
        await wallets.refresh(wallet)
      }
      const entry = await wallets.read(wallet)
      return entry !== undefined && (await pushWallet(this.#context, peer.zone, entry)).ok
    }
    const object = ObjectId(id)
    if (await this.#isBehindOwed(peer, stateName(object), objects.indexed(object))) {
      await objects.refresh(object)
    }
    const entry = await objects.read(object)
    return entry !== undefined && (await pushObjects(this.#context, peer.zone, [entry])).ok
  }

  /**
   * Whether more is owed than the index knows of: what is owed is written together with its
   * record, so that then a commit was applied whose outcome was not told.
   */
  async #isBehindOwed(
    peer: Peer,
    record: RecordName,
    indexed: RecordVersion | undefined,
  ): Promise<boolean> {
    const owed = await this.#context.records.read(outName(peer.zone, record))
    return owed !== undefined && (indexed === undefined || isNewer(owed.version, indexed))
  }

  /** False where it broke off. */
  async #compareWallets(peer: Peer): Promise<boolean> {
    const { peers, wallets } = this.#context
    let after: WalletId | undefined
    let whole = true
    do {
      const page = await peers.ask(
        peer,
        { type: 'inventory', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const [id, epoch, version] of page.value.wallets) {
        const held = wallets.indexed(id)
        if (held === undefined || isNewer({ epoch, version }, held)) {
          if (!(await this.#fetchWallet(peer, id))) whole = false
        }
      }
      after = page.value.next
    } while (after !== undefined)
    return whole
  }

  async #compareObjects(peer: Peer): Promise<boolean> {
    const { peers, objects } = this.#context
    let after: ObjectId | undefined
    let whole = true
    do {
      const page = await peers.ask(
        peer,
        { type: 'objects.inventory', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const [id, epoch, version] of page.value.objects) {
        const held = objects.indexed(id)
        if (held === undefined || isNewer({ epoch, version }, held)) {
          if (!(await this.#fetchObject(peer, id))) whole = false
        }
      }
      after = page.value.next
    } while (after !== undefined)
    return whole
  }

  async #fetchWallet(peer: Peer, wallet: WalletId): Promise<boolean> {
    const answer = await this.#context.peers.ask(peer, { type: 'fetch', wallet }, peerTimeoutMs)
    if (!answer.ok) return false
    if (answer.value.bundle === null) return true
    const accepted = await acceptWallet(this.#context, answer.value.bundle, fromPeer)
    clearBundle(answer.value.bundle)
    return accepted.ok || isSettled(accepted.refusal.code)
  }

  async #fetchObject(peer: Peer, object: ObjectId): Promise<boolean> {
    const { peers } = this.#context
    const answer = await peers.ask(peer, { type: 'objects.fetch', object }, peerTimeoutMs)
    if (!answer.ok) return false
    if (answer.value.bundle === null) return true
    const accepted = await acceptObjects(this.#context, answer.value.bundle, fromPeer)
    clearObjects(answer.value.bundle)
    return accepted.ok || isSettled(accepted.refusal.code)
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
