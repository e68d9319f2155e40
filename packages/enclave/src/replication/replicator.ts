/**
 * Brings wallets and managed objects to the zones of their placement: pushes what is owed, and
 * compares inventories when a link comes up.
 */
import type { DurabilityState } from '@holdfast/base/answers'
import { accept, type ErrorCode, errorTable, type Result } from '@holdfast/base/errors'
import type { ObjectId, WalletId, ZoneId } from '@holdfast/base/ids'
import { compareCancelled } from '../cancellation/compare-cancelled.ts'
import { strikeUnsent } from '../cancellation/release-unsent.ts'
import {
  bootCompareAttempts,
  bootComparePauseMs,
  fetchesInFlight,
  peerTimeoutMs,
  reconcileBucketsMax,
  reconcileIntervalMs,
} from '../limits.ts'
import { acceptObjects } from '../objects/accept-objects.ts'
import type { StateEntry } from '../objects/object-records.ts'
import { compareRemovals } from '../placement/compare-removals.ts'
import type { Peer } from '../ports/mesh.ts'
import { isNewer, type WalletEntry } from '../wallets/wallet-entry.ts'
import { acceptWallet, fetched } from './accept-wallet.ts'
import { clearBundle, clearObjects } from './bundle.ts'
import { differingBuckets } from './compare/digests.ts'
import { eachPeerObject, eachPeerWallet } from './compare/read-inventories.ts'
import { groupOf } from './homes/group.ts'
import { checkPromised } from './homes/leadership.ts'
import { inTurns } from './in-turns.ts'
import { covers, pushObjects, pushWallet } from './outbox/push.ts'
import { createOwedSender, type OwedSender } from './outbox/send-owed.ts'
import { eachPage } from './peers/each-page.ts'
import { holdersOf } from './quorum/quorum.ts'
import { rememberersOf, votersOf } from './quorum/voters.ts'
import type { ReplicatorContext } from './replicator-context.ts'
import { durabilityOf, type Enough, finalCount, spread } from './spread.ts'

type Wait = {
  /** Zones of the placement, or so many of those that decide that it is final. */
  readonly needed: number | 'final'
  readonly waitMs: number
}

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
  /** Fetches all that a zone remembers by now and this one lacks; false where that broke off. */
  compareNow(peer: Peer): Promise<boolean>
  /** Compares digests, and where they differ what they stand for; at most once in a while. */
  reconcile(peer: Peer): Promise<void>
  /** Goes on with a catch-up that broke off before its end; nothing where none did. */
  resume(peer: Peer): Promise<void>
  /** Sends what is owed to a zone. */
  flush(peer: Peer): Promise<void>
  /** Records that other zones have not acknowledged. */
  owedCount(): Promise<number>
}

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
  readonly #reconciledAtMs = new Map<ZoneId, number>()
  readonly #sender: OwedSender

  constructor(context: ReplicatorContext) {
    this.#context = context
    this.#sender = createOwedSender(context)
  }

  spreadWallet(entry: WalletEntry, wait: Wait): Promise<DurabilityState> {
    const push = (to: ZoneId) => pushWallet(this.#context, to, entry)
    return this.#spread(entry, wait, push)
  }

  spreadObjects(
    wallet: WalletEntry,
    entries: readonly StateEntry[],
    wait: Wait,
  ): Promise<DurabilityState> {
    const push = (to: ZoneId) => pushObjects(this.#context, to, entries)
    return this.#spread(wallet, wait, push)
  }

  #spread(
    { wallet }: WalletEntry,
    { needed, waitMs }: Wait,
    push: (to: ZoneId) => Promise<Result<void>>,
  ): Promise<DurabilityState> {
    const { zone, clock } = this.#context
    const group = groupOf(wallet)
    const zones = holdersOf(group)
    const enough = needed === 'final' ? this.#final(wallet) : { voters: group, needed }
    return spread({ zones, self: zone, clock, push, waitMs, enough })
  }

  #final(wallet: WalletEntry['wallet']): Enough {
    const voters = votersOf(this.#context, groupOf(wallet))
    return { voters, needed: finalCount(voters, wallet.placement) }
  }

  async confirm(entry: WalletEntry): Promise<DurabilityState> {
    const { zone, peers } = this.#context
    const { id } = entry.wallet
    const { bootRule } = this.#context
    const holders = holdersOf(groupOf(entry.wallet))
    const counts = checkPromised(this.#context, groupOf(entry.wallet), entry.wallet)
    const own = bootRule.check(rememberersOf(this.#context, groupOf(entry.wallet))).ok && counts.ok
    const confirmed = new Set<ZoneId>(own ? [zone] : [])
    await Promise.all(
      holders.map(async (other) => {
        const peer = other === zone ? undefined : peers.ofZone(other)
        if (peer === undefined) return
        const has = await peers.ask(peer, { type: 'has', wallet: id }, peerTimeoutMs)
        const held = has.ok && has.value.counts ? has.value.held : null
        if (held !== null && covers(held, entry.wallet)) confirmed.add(other)
      }),
    )
    return durabilityOf(holders, confirmed, this.#final(entry.wallet))
  }

  catchUp(peer: Peer): Promise<void> {
    this.#uncompared.add(peer.zone)
    this.#sender.forget(peer.zone)
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

  async reconcile(peer: Peer): Promise<void> {
    const { clock, digests, peers } = this.#context
    const sinceMs = clock.nowMs() - (this.#reconciledAtMs.get(peer.zone) ?? 0)
    if (sinceMs >= 0 && sinceMs < reconcileIntervalMs) return
    this.#reconciledAtMs.set(peer.zone, clock.nowMs())
    const theirs = await peers.ask(peer, { type: 'digests' }, peerTimeoutMs)
    if (!theirs.ok) return
    const differing = differingBuckets(theirs.value.buckets, digests.of(peer.zone))
    if (differing.length > reconcileBucketsMax) return this.catchUp(peer)
    for (const bucket of differing) {
      const whole =
        (await this.#compareWallets(peer, bucket)) && (await this.#compareObjects(peer, bucket))
      if (!whole) this.#uncompared.add(peer.zone)
    }
  }

  flush(peer: Peer): Promise<void> {
    return this.#sender.send(peer, () => this.#uncompared.add(peer.zone))
  }

  owedCount(): Promise<number> {
    return this.#context.outbox.count()
  }

  async compareNow(peer: Peer): Promise<boolean> {
    await this.#running.get(peer.zone)
    return this.#compare(peer)
  }

  async #bring(peer: Peer): Promise<void> {
    // First what it has: a zone that boots is waited for, here and there.
    for (let attempt = 1; !(await this.#compare(peer)); attempt += 1) {
      // After its own boot a node orders nothing before this: a peer that boots too is waited for.
      if (attempt >= bootCompareAttempts || this.#context.bootRule.hasCompared(peer.zone)) break
      await this.#context.clock.sleep(bootComparePauseMs)
    }
    await this.flush(peer)
  }

  /** False where it broke off. */
  async #compare(peer: Peer): Promise<boolean> {
    this.#uncompared.delete(peer.zone)
    let isWhole = false
    try {
      isWhole =
        (await this.#comparePromises(peer)) &&
        (await this.#compareMarks(peer)) &&
        (await this.#compareWallets(peer)) &&
        (await this.#compareObjects(peer))
    } finally {
      // A store that does not answer breaks it off as well.
      if (isWhole) this.#context.bootRule.compared(peer.zone)
      else this.#uncompared.add(peer.zone)
    }
    return isWhole
  }

  /** The highest promise of each group: what this zone has given and forgotten is among them. */
  async #comparePromises(peer: Peer): Promise<boolean> {
    const { peers, promises, zone } = this.#context
    const read = await eachPage(
      (part: { readonly after?: string }) =>
        peers.ask(peer, { type: 'promises', ...part }, peerTimeoutMs),
      async (page) => {
        for (const one of page.promises) {
          if (!holdersOf(one.group).includes(zone)) continue
          if ((promises.get(one.group)?.epoch ?? 0) >= one.epoch) continue
          const learned = await promises.put({ ...one, adopted: false })
          if (!learned.ok && learned.refusal.code !== 'superseded') return learned
        }
        return accept(undefined)
      },
    )
    return read.ok
  }

  /** What owners said and this zone agreed to, and may have forgotten. */
  async #compareMarks(peer: Peer): Promise<boolean> {
    const { bootRule, marks, peers } = this.#context
    const isFirst = !bootRule.hasCompared(peer.zone)
    let cancelled: string | undefined
    const read = await eachPage(
      (part: { readonly after?: WalletId }) =>
        peers.ask(peer, { type: 'marks', ...part }, peerTimeoutMs),
      async (page) => {
        cancelled ??= page.cancelled
        for (const { wallet, marks: said, opened } of page.wallets) {
          // Later on, what only others agreed to is not this zone's word.
          const known = { marks: said, opened: isFirst ? opened : [] }
          const recalled = await marks.recall(wallet, known)
          if (!recalled.ok && !isSettled(recalled.refusal.code)) return recalled
        }
        return accept(undefined)
      },
    )
    return read.ok && compareCancelled(this.#context, peer, cancelled)
  }

  /** False where it broke off. */
  async #compareWallets(peer: Peer, bucket?: number): Promise<boolean> {
    const { peers, unsent, wallets } = this.#context
    const named = new Set<WalletId>()
    const fetches = inTurns(fetchesInFlight, (id: WalletId) => this.#fetchWallet(peer, id))
    const read = await eachPeerWallet({ peers, peer, bucket }, async (theirs) => {
      named.add(theirs.id)
      // An older copy of this store said that it was not sent.
      if (unsent.of(theirs.id) !== undefined) await strikeUnsent(this.#context, theirs.id)
      const held = wallets.indexed(theirs.id)
      if (held === undefined || isNewer(theirs, held)) await fetches.run(theirs.id)
      else if (!held.holders.includes(peer.zone) && isNewer(held, theirs)) {
        await this.#sender.sendWallet(peer, theirs.id)
      }
    })
    const isWhole = (await fetches.ended()) && read.ok
    return read.ok && (await compareRemovals(this.#context, peer, { named, bucket })) && isWhole
  }

  async #compareObjects(peer: Peer, bucket?: number): Promise<boolean> {
    const { peers, objects } = this.#context
    const fetches = inTurns(fetchesInFlight, (id: ObjectId) => this.#fetchObject(peer, id))
    const read = await eachPeerObject({ peers, peer, bucket }, async (theirs) => {
      const held = objects.indexed(theirs.id)
      const ends = theirs.destroyed && held?.destroyed === false
      if (held === undefined || ends || isNewer(theirs, held)) await fetches.run(theirs.id)
    })
    return (await fetches.ended()) && read.ok
  }

  async #fetchWallet(peer: Peer, wallet: WalletId): Promise<boolean> {
    const answer = await this.#context.peers.ask(peer, { type: 'fetch', wallet }, peerTimeoutMs)
    if (!answer.ok) return false
    if (answer.value.bundle === null) return true
    const accepted = await acceptWallet(this.#context, answer.value.bundle, {
      ...fetched,
      sender: peer.zone,
    })
    clearBundle(answer.value.bundle)
    return accepted.ok || isSettled(accepted.refusal.code)
  }

  async #fetchObject(peer: Peer, object: ObjectId): Promise<boolean> {
    const { peers } = this.#context
    const answer = await peers.ask(peer, { type: 'objects.fetch', object }, peerTimeoutMs)
    if (!answer.ok) return false
    if (answer.value.bundle === null) return true
    const accepted = await acceptObjects(this.#context, answer.value.bundle, fetched)
    clearObjects(answer.value.bundle)
    return accepted.ok || isSettled(accepted.refusal.code)
  }
}

export const createReplicator = (context: ReplicatorContext): Replicator =>
  new MeshReplicator(context)
