/**
 * Brings wallets and managed objects to the zones of their placement: pushes what is owed, and
 * compares inventories when a link comes up.
 */
import type { DurabilityState } from '@holdfast/base/answers'
import { type ErrorCode, errorTable, type Result, refuse } from '@holdfast/base/errors'
import { ObjectId, WalletId, type ZoneId } from '@holdfast/base/ids'
import {
  bootCompareAttempts,
  bootComparePauseMs,
  outboxBatchRecords,
  peerTimeoutMs,
  reconcileBucketsMax,
  reconcileIntervalMs,
} from '../limits.ts'
import { acceptObjects } from '../objects/accept-objects.ts'
import type { StateEntry } from '../objects/object-records.ts'
import { compareRemovals } from '../placement/compare-removals.ts'
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
import { acceptWallet, fetched } from './accept-wallet.ts'
import { clearBundle, clearObjects } from './bundle.ts'
import { differingBuckets } from './digests.ts'
import { groupOf } from './group.ts'
import { checkPromised } from './leadership.ts'
import { covers, pushObjects, pushWallet } from './push.ts'
import { holdersOf } from './quorum.ts'
import type { ReplicatorContext } from './replicator-context.ts'
import { durabilityOf, type Enough, finalCount, spread } from './spread.ts'
import { rememberersOf, votersOf } from './voters.ts'

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

const owedCountMax = 10_000

/** Refused for what it says, not for what happened meanwhile: asking again would change nothing. */
const isSettled = (code: ErrorCode): boolean =>
  code === 'conflict' || errorTable[code].retry !== 'later'

const tellsMore: ReadonlySet<ErrorCode> = new Set(['superseded', 'destroyed'])

const isAboutTheZone = (code: ErrorCode): boolean =>
  code === 'unreachable' || code === 'recovering' || code === 'not_ready'

const partOf = <Id>(after: Id | undefined, bucket: number | undefined) => ({
  ...(after === undefined ? {} : { after }),
  ...(bucket === undefined ? {} : { bucket }),
})

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

  constructor(context: ReplicatorContext) {
    this.#context = context
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

  async flush(peer: Peer): Promise<void> {
    const prefix = outPrefix(peer.zone)
    // Wallets first: a zone takes an object only once it holds the object's wallet.
    for (const kind of [walletPrefix, statePrefix]) {
      for (;;) {
        const names = await this.#context.records.names(`${prefix}${kind}`, outboxBatchRecords)
        let sent = 0
        for (const name of names) {
          const id = name.slice(prefix.length + kind.length)
          const pushed = await this.#pushOwed(peer, kind, id)
          if (pushed.ok) sent += 1
          // A zone that is not there, or takes nothing yet, would refuse all others too.
          else if (isAboutTheZone(pushed.refusal.code)) return
          // It knows of a later home, or of an end: what it remembers tells which.
          else if (tellsMore.has(pushed.refusal.code)) this.#uncompared.add(peer.zone)
        }
        if (names.length < outboxBatchRecords || sent === 0) break
      }
    }
  }

  async owedCount(): Promise<number> {
    return (await this.#context.records.names('out/', owedCountMax)).length
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
    const whole =
      (await this.#comparePromises(peer)) &&
      (await this.#compareMarks(peer)) &&
      (await this.#compareWallets(peer)) &&
      (await this.#compareObjects(peer))
    if (whole) this.#context.bootRule.compared(peer.zone)
    else this.#uncompared.add(peer.zone)
    return whole
  }

  /** The highest promise of each group: what this zone has given and forgotten is among them. */
  async #comparePromises(peer: Peer): Promise<boolean> {
    const { peers, promises, zone } = this.#context
    let after: string | undefined
    do {
      const page = await peers.ask(
        peer,
        { type: 'promises', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const one of page.value.promises) {
        if (!holdersOf(one.group).includes(zone)) continue
        if ((promises.get(one.group)?.epoch ?? 0) >= one.epoch) continue
        const learned = await promises.put({ ...one, adopted: false })
        if (!learned.ok && learned.refusal.code !== 'superseded') return false
      }
      after = page.value.next
    } while (after !== undefined)
    return true
  }

  /** What owners said and this zone agreed to, and may have forgotten. */
  async #compareMarks(peer: Peer): Promise<boolean> {
    const { bootRule, marks, peers } = this.#context
    const isFirst = !bootRule.hasCompared(peer.zone)
    let after: WalletId | undefined
    do {
      const page = await peers.ask(
        peer,
        { type: 'marks', ...(after === undefined ? {} : { after }) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const { wallet, marks: said, opened } of page.value.wallets) {
        // Later on, what only others agreed to is not this zone's word.
        const recalled = await marks.recall(wallet, { marks: said, opened: isFirst ? opened : [] })
        if (!recalled.ok && !isSettled(recalled.refusal.code)) return false
      }
      after = page.value.next
    } while (after !== undefined)
    return true
  }

  async #pushOwed(peer: Peer, kind: string, id: string): Promise<Result<void>> {
    const { wallets, objects } = this.#context
    if (kind === walletPrefix) {
      const wallet = WalletId(id)
      if (await this.#isBehindOwed(peer, walletName(wallet), wallets.indexed(wallet))) {
        await wallets.refresh(wallet)
      }
      const entry = await wallets.read(wallet)
      if (entry === undefined) return refuse('not_here', 'the wallet is not held here')
      return pushWallet(this.#context, peer.zone, entry)
    }
    const object = ObjectId(id)
    if (await this.#isBehindOwed(peer, stateName(object), objects.indexed(object))) {
      await objects.refresh(object)
    }
    const entry = await objects.read(object)
    if (entry === undefined) return refuse('not_here', 'the object is not held here')
    return pushObjects(this.#context, peer.zone, [entry])
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
  async #compareWallets(peer: Peer, bucket?: number): Promise<boolean> {
    const { peers, wallets } = this.#context
    let after: WalletId | undefined
    let whole = true
    const named = new Set<WalletId>()
    do {
      const page = await peers.ask(
        peer,
        { type: 'inventory', ...partOf(after, bucket) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const [id, epoch, version] of page.value.wallets) {
        named.add(id)
        const held = wallets.indexed(id)
        if (held === undefined || isNewer({ epoch, version }, held)) {
          if (!(await this.#fetchWallet(peer, id))) whole = false
        } else if (!held.holders.includes(peer.zone) && isNewer(held, { epoch, version })) {
          await this.#pushOwed(peer, walletPrefix, id)
        }
      }
      after = page.value.next
    } while (after !== undefined)
    return (await compareRemovals(this.#context, peer, { named, bucket })) && whole
  }

  async #compareObjects(peer: Peer, bucket?: number): Promise<boolean> {
    const { peers, objects } = this.#context
    let after: ObjectId | undefined
    let whole = true
    do {
      const page = await peers.ask(
        peer,
        { type: 'objects.inventory', ...partOf(after, bucket) },
        peerTimeoutMs,
      )
      if (!page.ok) return false
      for (const [id, epoch, version, destroyed] of page.value.objects) {
        const held = objects.indexed(id)
        const ends = destroyed && held?.destroyed === false
        if (held === undefined || ends || isNewer({ epoch, version }, held)) {
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
    const accepted = await acceptWallet(this.#context, answer.value.bundle, fetched)
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
