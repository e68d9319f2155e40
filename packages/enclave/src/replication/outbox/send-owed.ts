/** Sends what a zone is owed: entry by entry, and what its `dirty` mark stands for by comparing. */
import { accept, type ErrorCode, type Result, refuse } from '@holdfast/base/errors'
import { ObjectId, WalletId, type ZoneId } from '@holdfast/base/ids'
import { pushCancelled } from '../../cancellation/push-cancelled.ts'
import {
  inventoryPageWallets,
  outboxBatchRecords,
  outboxInFlight,
  peerTimeoutMs,
} from '../../limits.ts'
import type { IndexedObject } from '../../objects/object-table.ts'
import type { Peer } from '../../ports/mesh.ts'
import {
  cancelledPrefix,
  outName,
  outPrefix,
  type RecordName,
  stateName,
  statePrefix,
  walletName,
  walletPrefix,
} from '../../records/names.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import { isNewer } from '../../wallets/wallet-entry.ts'
import type { IndexedWallet } from '../../wallets/wallet-table.ts'
import { differingBuckets } from '../compare/digests.ts'
import {
  eachPeerObject,
  eachPeerWallet,
  type PeerObject,
  type PeerWallet,
} from '../compare/read-inventories.ts'
import type { ReplicatorContext } from '../replicator-context.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { pushObjects, pushWallet } from './push.ts'
import { refreshUntold } from './refresh-untold.ts'

export type OwedSender = {
  /** `tellsMore`: the zone knows of a later home or of an end, which has to be fetched. */
  send(peer: Peer, tellsMore: () => void): Promise<void>
  /** Sends one wallet, owed or not. */
  sendWallet(peer: Peer, id: WalletId): Promise<Result<void>>
  /** What was refused may be tried at once: the zone came up anew. */
  forget(zone: ZoneId): void
}

const isAboutTheZone = (code: ErrorCode): boolean =>
  code === 'unreachable' || code === 'recovering' || code === 'not_ready'

const tellsOfMore: ReadonlySet<ErrorCode> = new Set(['superseded', 'destroyed'])

/** Wallets before objects: a zone takes an object only once it holds the object's wallet. */
const kinds = [cancelledPrefix, walletPrefix, statePrefix] as const
type Kind = (typeof kinds)[number]

class Sender implements OwedSender {
  readonly #context: ReplicatorContext
  readonly #backoff: Backoff

  constructor(context: ReplicatorContext) {
    this.#context = context
    this.#backoff = createBackoff(context.clock)
  }

  forget(zone: ZoneId): void {
    this.#backoff.forget(outPrefix(zone))
  }

  async send(peer: Peer, tellsMore: () => void): Promise<void> {
    for (const kind of kinds) {
      if (!(await this.#sendListed(peer, kind, tellsMore))) return
    }
    await this.#sendUnlisted(peer)
  }

  /** False where the zone takes nothing at all by now. */
  async #sendListed(peer: Peer, kind: Kind, tellsMore: () => void): Promise<boolean> {
    const prefix = `${outPrefix(peer.zone)}${kind}`
    let from: string | undefined
    for (;;) {
      const names = await this.#context.records.names(prefix, { limit: outboxBatchRecords, from })
      for (let first = 0; first < names.length; first += outboxInFlight) {
        const some = names.slice(first, first + outboxInFlight)
        const went = await Promise.all(
          some.map((name) => this.#sendOne(peer, kind, name.slice(prefix.length), tellsMore)),
        )
        if (went.includes(false)) return false
      }
      const last = names.at(-1)
      if (names.length < outboxBatchRecords || last === undefined) return true
      from = `${last}\0`
    }
  }

  async #sendOne(peer: Peer, kind: Kind, id: string, tellsMore: () => void): Promise<boolean> {
    const name = `${outPrefix(peer.zone)}${kind}${id}`
    if (this.#backoff.waits(name)) return true
    const pushed = await this.#push(peer, kind, id)
    if (pushed.ok) {
      this.#backoff.done(name)
      return true
    }
    // A zone that is not there, or takes nothing yet, would refuse all others too.
    if (isAboutTheZone(pushed.refusal.code)) return false
    if (tellsOfMore.has(pushed.refusal.code)) tellsMore()
    // Kept back here, until zones are heard that may know that it was cancelled.
    const isUnsent = kind === walletPrefix && this.#context.unsent.of(WalletId(id)) !== undefined
    if (!isUnsent) this.#backoff.refused(name)
    return true
  }

  #push(peer: Peer, kind: Kind, id: string): Promise<Result<void>> {
    if (kind === cancelledPrefix) return pushCancelled(this.#context, peer.zone, WalletId(id))
    return kind === walletPrefix
      ? this.sendWallet(peer, WalletId(id))
      : this.#pushObject(peer, ObjectId(id))
  }

  async sendWallet(peer: Peer, id: WalletId): Promise<Result<void>> {
    const { wallets } = this.#context
    if (await this.#isBehindOwed(peer, walletName(id), wallets.indexed(id))) {
      await wallets.refresh(id)
    }
    const entry = await wallets.read(id)
    if (entry === undefined) return refuse('not_here', 'the wallet is not held here')
    return pushWallet(this.#context, peer.zone, entry)
  }

  async #pushObject(peer: Peer, id: ObjectId): Promise<Result<void>> {
    const { objects } = this.#context
    if (await this.#isBehindOwed(peer, stateName(id), objects.indexed(id))) {
      await objects.refresh(id)
    }
    const entry = await objects.read(id)
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

  async #sendUnlisted(peer: Peer): Promise<void> {
    const { digests, outbox, peers } = this.#context
    const mark = `${outPrefix(peer.zone)}dirty`
    const revision = await outbox.dirty(peer.zone)
    if (revision === undefined || this.#backoff.waits(mark)) return
    const theirs = await peers.ask(peer, { type: 'digests' }, peerTimeoutMs)
    if (!theirs.ok) return
    // What was applied with this mark, or before it, is in the store by now.
    const looked = await refreshUntold(this.#context)
    for (const bucket of differingBuckets(theirs.value.buckets, digests.of(peer.zone))) {
      const went = await this.#sendBucket(peer, bucket)
      if (went.ok) continue
      this.#backoff.refused(mark)
      return
    }
    if (!looked.ok || !looked.value) return this.#backoff.refused(mark)
    this.#backoff.done(mark)
    // What was written after the pass began has written the mark again.
    await outbox.clean(peer.zone, revision)
  }

  async #sendBucket(peer: Peer, bucket: number): Promise<Result<void>> {
    const { peers, wallets, objects } = this.#context
    const { zone } = peer
    const part = { bucket, limit: inventoryPageWallets }
    const theirWallets = new Map<WalletId, PeerWallet>()
    const read = await eachPeerWallet({ peers, peer, bucket }, async (one) => {
      theirWallets.set(one.id, one)
    })
    if (!read.ok) return read
    // What it holds and may not any more is told to it by the document that says so.
    for (const theirs of theirWallets.values()) {
      const held = wallets.indexed(theirs.id)
      if (held === undefined || held.holders.includes(zone) || !isNewer(held, theirs)) continue
      const pushed = await this.sendWallet(peer, theirs.id)
      if (!pushed.ok && isAboutTheZone(pushed.refusal.code)) return pushed
    }
    for (const held of all<IndexedWallet>((last) =>
      wallets.ofZone(zone, { after: last?.id, ...part }),
    )) {
      if (!lacks(theirWallets.get(held.id), held)) continue
      const pushed = await this.sendWallet(peer, held.id)
      if (!pushed.ok && isAboutTheZone(pushed.refusal.code)) return pushed
    }
    const theirObjects = new Map<ObjectId, PeerObject>()
    const readObjects = await eachPeerObject({ peers, peer, bucket }, async (one) => {
      theirObjects.set(one.id, one)
    })
    if (!readObjects.ok) return readObjects
    for (const held of all<IndexedObject>((last) =>
      objects.ofZone(zone, { after: last?.id, ...part }),
    )) {
      if (!lacks(theirObjects.get(held.id), held)) continue
      const pushed = await this.#pushObject(peer, held.id)
      if (!pushed.ok && isAboutTheZone(pushed.refusal.code)) return pushed
    }
    return accept(undefined)
  }
}

type Versioned = RecordVersion & { readonly destroyed?: boolean }

const lacks = (theirs: Versioned | undefined, held: Versioned): boolean =>
  theirs === undefined ||
  isNewer(held, theirs) ||
  (held.destroyed === true && theirs.destroyed !== true)

/** Every page of an ordered list, one after another; what changes meanwhile is owed anew. */
const all = function* <Item>(page: (last: Item | undefined) => readonly Item[]): Generator<Item> {
  let items = page(undefined)
  while (items.length > 0) {
    yield* items
    items = page(items.at(-1))
  }
}

export const createOwedSender = (context: ReplicatorContext): OwedSender => new Sender(context)
