/** The managed objects of this zone: an index of all, and the states that are in use. */
import { ObjectId, type WalletId, type ZoneId } from '@holdfast/base/ids'
import { statesCachedMax } from '../limits.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Revision } from '../ports/store.ts'
import { stateName, statePrefix, tombName, tombPrefix } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import { bucketOf, type Digests } from '../replication/compare/digests.ts'
import { type InventoryPart, takePart } from '../replication/compare/inventory-part.ts'
import type { LateWallets } from '../replication/homes/late-wallets.ts'
import { isNewer } from '../wallets/wallet-entry.ts'
import type { WalletTable } from '../wallets/wallet-table.ts'
import { parseState, type StateEntry } from './object-records.ts'

export type IndexedObject = {
  readonly id: ObjectId
  readonly wallet: WalletId
  readonly epoch: number
  readonly version: number
  readonly hash: string
  /** Its state says so, or its tombstone stands: for good, whatever its home has ordered yet. */
  readonly destroyed: boolean
  readonly revision: Revision
}

export type ObjectTable = {
  /** As `WalletTable.load`. */
  load(asOf: Revision): Promise<void>
  readonly size: number
  indexed(id: ObjectId): IndexedObject | undefined
  read(id: ObjectId): Promise<StateEntry | undefined>
  /** Reads the state anew, as `WalletTable.refresh` does; never replaced by something older. */
  refresh(id: ObjectId): Promise<void>
  /** Notes a commit; what is known from a later one stands. */
  stored(entry: StateEntry, revision: Revision): void
  /** Notes that the record was deleted. */
  removed(id: ObjectId, revision: Revision): void
  /** Notes a tombstone, which stands for good. */
  buried(id: ObjectId): void
  hasTomb(id: ObjectId): boolean
  /** The state that the tombstone was written for. */
  tomb(id: ObjectId): Promise<StateEntry | undefined>
  /** Objects whose tombstone stands, and whose state does not say so yet. */
  unsettled(): readonly ObjectId[]
  /** Tells of each object whose state is another than before, or gone, until it is ended. */
  follow(listener: (wallet: WalletId, id: ObjectId) => void): () => void
  ofWallet(wallet: WalletId): readonly ObjectId[]
  countOf(wallet: WalletId): number
  /** Objects of wallets that `zone` may hold, behind `after`, in the order of their ids. */
  ofZone(zone: ZoneId, part: InventoryPart<ObjectId>): readonly IndexedObject[]
}

export type ObjectTableTools = {
  readonly records: Records
  readonly crypto: Crypto
  readonly wallets: WalletTable
  readonly digests: Digests
  readonly late: LateWallets
}

class Table implements ObjectTable {
  readonly #index = new Map<ObjectId, IndexedObject>()
  readonly #cache = new Map<ObjectId, StateEntry>()
  readonly #byWallet = new Map<WalletId, Set<ObjectId>>()
  readonly #tombs = new Set<ObjectId>()
  readonly #unsettled = new Set<ObjectId>()
  readonly #followers = new Set<(wallet: WalletId, id: ObjectId) => void>()
  #ordered: readonly ObjectId[] | undefined
  readonly #records: Records
  readonly #crypto: Crypto
  readonly #wallets: WalletTable
  readonly #digests: Digests
  readonly #late: LateWallets

  constructor({ records, crypto, wallets, digests, late }: ObjectTableTools) {
    this.#records = records
    this.#crypto = crypto
    this.#wallets = wallets
    this.#digests = digests
    this.#late = late
  }

  get size(): number {
    return this.#index.size
  }

  async load(asOf: Revision): Promise<void> {
    for await (const { name } of this.#records.scan(tombPrefix)) {
      this.buried(ObjectId(name.slice(tombPrefix.length)))
    }
    const found = new Set<ObjectId>()
    for await (const record of this.#records.scan(statePrefix)) {
      const entry = parseState(record.payload, this.#crypto)
      found.add(entry.object)
      if (this.#note(entry, record.revision)) this.#cache.delete(entry.object)
    }
    for (const [id, { revision }] of this.#index) {
      if (!found.has(id) && revision <= asOf) this.removed(id, revision)
    }
  }

  indexed(id: ObjectId): IndexedObject | undefined {
    return this.#index.get(id)
  }

  async read(id: ObjectId): Promise<StateEntry | undefined> {
    const cached = this.#cache.get(id)
    if (cached !== undefined || !this.#index.has(id)) return cached
    const record = await this.#records.read(stateName(id))
    if (record === undefined) return undefined
    // A commit may have come while the store was read; what it noted is newer.
    const newer = this.#cache.get(id)
    if (newer !== undefined) return newer
    const entry = parseState(record.payload, this.#crypto)
    const indexed = this.#index.get(id)
    // Or it was noted and has left the cache since: what was read before that is not kept.
    if (indexed !== undefined && indexed.revision <= record.revision) this.#keep(entry)
    return entry
  }

  async refresh(id: ObjectId): Promise<void> {
    if (!this.#tombs.has(id) && (await this.#records.read(tombName(id))) !== undefined) {
      this.buried(id)
    }
    const record = await this.#records.read(stateName(id))
    if (record === undefined) return
    const entry = parseState(record.payload, this.#crypto)
    const held = this.#index.get(id)
    if (held === undefined || isNewer(entry, held)) this.stored(entry, record.revision)
  }

  stored(entry: StateEntry, revision: Revision): void {
    if (!this.#note(entry, revision)) return
    this.#keep(entry)
    this.#late.touched(entry.wallet)
  }

  removed(id: ObjectId, revision: Revision): void {
    const before = this.#index.get(id)
    if (before === undefined || before.revision > revision) return
    this.#byWallet.get(before.wallet)?.delete(id)
    this.#index.delete(id)
    this.#digest(before.wallet, before, undefined)
    this.#unsettled.delete(id)
    this.#cache.delete(id)
    this.#ordered = undefined
    for (const tell of this.#followers) tell(before.wallet, id)
  }

  follow(listener: (wallet: WalletId, id: ObjectId) => void): () => void {
    this.#followers.add(listener)
    return () => void this.#followers.delete(listener)
  }

  buried(id: ObjectId): void {
    this.#tombs.add(id)
    const indexed = this.#index.get(id)
    if (indexed === undefined || indexed.destroyed) return
    const ended = { ...indexed, destroyed: true }
    this.#index.set(id, ended)
    this.#digest(indexed.wallet, indexed, ended)
    this.#unsettled.add(id)
  }

  hasTomb(id: ObjectId): boolean {
    return this.#tombs.has(id)
  }

  async tomb(id: ObjectId): Promise<StateEntry | undefined> {
    const record = this.#tombs.has(id) ? await this.#records.read(tombName(id)) : undefined
    return record === undefined ? undefined : parseState(record.payload, this.#crypto)
  }

  unsettled(): readonly ObjectId[] {
    return [...this.#unsettled]
  }

  ofWallet(wallet: WalletId): readonly ObjectId[] {
    return [...(this.#byWallet.get(wallet) ?? [])]
  }

  countOf(wallet: WalletId): number {
    return this.#byWallet.get(wallet)?.size ?? 0
  }

  ofZone(zone: ZoneId, part: InventoryPart<ObjectId>): readonly IndexedObject[] {
    this.#ordered ??= [...this.#index.keys()].toSorted()
    return takePart(this.#ordered, part, (id) => {
      const indexed = this.#index.get(id)
      if (indexed === undefined) return undefined
      const { wallet } = indexed
      if (part.bucket !== undefined && bucketOf(wallet) !== part.bucket) return undefined
      return this.#wallets.indexed(wallet)?.holders.includes(zone) === true ? indexed : undefined
    })
  }

  /** False where a later commit is known. */
  #note(entry: StateEntry, revision: Revision): boolean {
    const { object: id, wallet, epoch, version, hash } = entry
    const before = this.#index.get(id)
    if (before !== undefined && before.revision > revision) return false
    if (!this.#index.has(id)) this.#ordered = undefined
    const destroyed = entry.destroyed || this.#tombs.has(id)
    if (destroyed && !entry.destroyed) this.#unsettled.add(id)
    else this.#unsettled.delete(id)
    const after = { id, wallet, epoch, version, hash, destroyed, revision }
    this.#index.set(id, after)
    this.#digest(wallet, before, after)
    const objects = this.#byWallet.get(wallet) ?? new Set()
    this.#byWallet.set(wallet, objects.add(id))
    if (before?.hash !== hash) for (const tell of this.#followers) tell(wallet, id)
    return true
  }

  #digest(id: WalletId, before: IndexedObject | undefined, after: IndexedObject | undefined): void {
    this.#digests.object({ id, holders: this.#wallets.indexed(id)?.holders ?? [] }, before, after)
  }

  #keep(entry: StateEntry): void {
    this.#cache.delete(entry.object)
    this.#cache.set(entry.object, entry)
    if (this.#cache.size <= statesCachedMax) return
    const [oldest] = this.#cache.keys()
    if (oldest !== undefined) this.#cache.delete(oldest)
  }
}

export const createObjectTable = (tools: ObjectTableTools): ObjectTable => new Table(tools)
