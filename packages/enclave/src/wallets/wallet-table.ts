/**
 * The wallets of this zone: an index of all in memory, and the documents that are in use. Filled
 * at start from the store, and by `stored` for every record that `acceptWallet` commits.
 */
import type { CredentialId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { UnsentTable } from '../cancellation/unsent-table.ts'
import { walletsCachedMax } from '../limits.ts'
import type { Crypto } from '../ports/crypto.ts'
import type { Revision } from '../ports/store.ts'
import { walletName, walletPrefix } from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'
import { bucketOf, type Digests } from '../replication/compare/digests.ts'
import { type InventoryPart, takePart } from '../replication/compare/inventory-part.ts'
import { type Group, type GroupId, groupOf } from '../replication/homes/group.ts'
import type { LateWallets } from '../replication/homes/late-wallets.ts'
import { holdersOf } from '../replication/quorum/quorum.ts'
import type { AcknowledgedTable } from './acknowledged-table.ts'
import { GroupIndex } from './group-index.ts'
import { isNewer, parseWallet, type WalletEntry } from './wallet-entry.ts'

/** With the group that it is in. */
export type IndexedWallet = Group & {
  readonly id: WalletId
  readonly epoch: number
  readonly version: number
  readonly hash: string
  readonly home: ZoneId
  /** All zones that may hold it now: those of `zones`, and of `from` where that is there. */
  readonly holders: readonly ZoneId[]
  /** Zones that have yet to erase it. */
  readonly left: readonly ZoneId[]
  /** Zones that may hold it still, since governors ended the wait for them. */
  readonly struck: readonly ZoneId[]
  readonly credentials: readonly CredentialId[]
  readonly revision: Revision
}

export type WalletTable = {
  /** Reads all anew: what is not found, and was written at `asOf` or earlier, is gone. */
  load(asOf: Revision): Promise<void>
  readonly size: number
  indexed(id: WalletId): IndexedWallet | undefined
  /** The document if it is held here and in memory; `read` brings it there. */
  cached(id: WalletId): WalletEntry | undefined
  read(id: WalletId): Promise<WalletEntry | undefined>
  /**
   * Reads the record anew: a commit whose outcome was not told may have been applied since.
   * What is indexed is never replaced by something older.
   */
  refresh(id: WalletId): Promise<void>
  /** Notes a commit; what is known from a later one stands. */
  stored(entry: WalletEntry, revision: Revision): void
  /** Notes that the record was deleted. */
  removed(id: WalletId, revision: Revision): void
  /** Wallets that name a credential, in the order of their ids. */
  ofCredential(credential: CredentialId): readonly WalletId[]
  /** Wallets with changes that wait for their delay. */
  pending(): readonly WalletId[]
  /** Wallets whose change of placement is not at its end, or was ended by governors alone. */
  moving(): readonly WalletId[]
  /** The groups of all wallets, as one promise each covers them. */
  groups(): readonly Group[]
  ofGroup(group: GroupId): ReadonlySet<WalletId>
  /** The highest epoch of a group's wallets; 1 where it has none. */
  highestEpoch(group: GroupId): number
  /** Wallets that `zone` may hold, behind `after`, in the order of their ids, at most `limit`. */
  ofZone(zone: ZoneId, part: InventoryPart<WalletId>): readonly IndexedWallet[]
}

const toIndexed = ({ wallet, hash }: WalletEntry, revision: Revision): IndexedWallet => {
  const { id, epoch, version, home, moved, credentials } = wallet
  const group = groupOf(wallet)
  return {
    ...group,
    id,
    epoch,
    version,
    hash,
    home,
    holders: holdersOf(group),
    left: moved?.left ?? [],
    struck: moved?.struck ?? [],
    credentials: credentials.map((credential) => credential.id),
    revision,
  }
}

export type WalletTableTools = {
  readonly records: Records
  readonly crypto: Crypto
  readonly digests: Digests
  readonly late: LateWallets
  readonly acknowledged: Pick<AcknowledgedTable, 'held'>
  readonly unsent: Pick<UnsentTable, 'refresh'>
}

class Table implements WalletTable {
  readonly #index = new Map<WalletId, IndexedWallet>()
  readonly #cache = new Map<WalletId, WalletEntry>()
  readonly #byCredential = new Map<CredentialId, Set<WalletId>>()
  readonly #pending = new Set<WalletId>()
  readonly #moving = new Set<WalletId>()
  readonly #byGroup = new GroupIndex()
  /** Ids in order, rebuilt after a change of the set: inventories are rare, creations are not. */
  #ordered: readonly WalletId[] | undefined
  readonly #records: Records
  readonly #crypto: Crypto
  readonly #digests: Digests
  readonly #late: LateWallets
  readonly #acknowledged: WalletTableTools['acknowledged']
  readonly #unsent: WalletTableTools['unsent']

  constructor({ records, crypto, digests, late, acknowledged, unsent }: WalletTableTools) {
    this.#records = records
    this.#crypto = crypto
    this.#digests = digests
    this.#late = late
    this.#acknowledged = acknowledged
    this.#unsent = unsent
  }

  get size(): number {
    return this.#index.size
  }

  async load(asOf: Revision): Promise<void> {
    const found = new Set<WalletId>()
    for await (const record of this.#records.scan(walletPrefix)) {
      const entry = this.#parse(record)
      found.add(entry.wallet.id)
      // What was kept of an older version is read anew when it is asked for.
      if (this.#note(entry, record.revision)) this.#cache.delete(entry.wallet.id)
    }
    for (const [id, { revision }] of this.#index) {
      if (!found.has(id) && revision <= asOf) this.removed(id, revision)
    }
  }

  indexed(id: WalletId): IndexedWallet | undefined {
    return this.#index.get(id)
  }

  cached(id: WalletId): WalletEntry | undefined {
    const entry = this.#cache.get(id)
    if (entry !== undefined) {
      // Re-inserting keeps the map in order of use.
      this.#cache.delete(id)
      this.#cache.set(id, entry)
    }
    return entry
  }

  async read(id: WalletId): Promise<WalletEntry | undefined> {
    const cached = this.cached(id)
    if (cached !== undefined || !this.#index.has(id)) return cached
    const record = await this.#records.read(walletName(id))
    if (record === undefined) return undefined
    // A commit may have come while the store was read; what it noted is newer.
    const newer = this.#cache.get(id)
    if (newer !== undefined) return newer
    const entry = this.#parse(record)
    const indexed = this.#index.get(id)
    // Or it was noted and has left the cache since: what was read before that is not kept.
    if (indexed !== undefined && indexed.revision <= record.revision) this.#keep(entry)
    return entry
  }

  async refresh(id: WalletId): Promise<void> {
    const record = await this.#records.read(walletName(id))
    if (record === undefined) return
    const entry = this.#parse(record)
    // The watch may tell of it later; until then nobody must believe that it was sent.
    if (entry.wallet.provisional === true) await this.#unsent.refresh(id)
    const held = this.#index.get(id)
    if (held === undefined || isNewer(entry.wallet, held)) this.stored(entry, record.revision)
  }

  stored(entry: WalletEntry, revision: Revision): void {
    if (!this.#note(entry, revision)) return
    this.#keep(entry)
    this.#late.touched(entry.wallet.id)
  }

  removed(id: WalletId, revision: Revision): void {
    const before = this.#index.get(id)
    if (before === undefined || before.revision > revision) return
    for (const credential of before.credentials) this.#byCredential.get(credential)?.delete(id)
    this.#byGroup.removed(before)
    this.#index.delete(id)
    this.#digests.wallet(id, before, undefined)
    this.#cache.delete(id)
    this.#pending.delete(id)
    this.#moving.delete(id)
    this.#acknowledged.held(id, false)
    this.#ordered = undefined
  }

  ofCredential(credential: CredentialId): readonly WalletId[] {
    return [...(this.#byCredential.get(credential) ?? [])].toSorted()
  }

  groups(): readonly Group[] {
    return this.#byGroup.groups()
  }

  ofGroup(group: GroupId): ReadonlySet<WalletId> {
    return this.#byGroup.ids(group)
  }

  highestEpoch(group: GroupId): number {
    return this.#byGroup.highestEpoch(group)
  }

  pending(): readonly WalletId[] {
    return [...this.#pending]
  }

  moving(): readonly WalletId[] {
    return [...this.#moving]
  }

  ofZone(zone: ZoneId, part: InventoryPart<WalletId>): readonly IndexedWallet[] {
    this.#ordered ??= [...this.#index.keys()].toSorted()
    return takePart(this.#ordered, part, (id) => {
      if (part.bucket !== undefined && bucketOf(id) !== part.bucket) return undefined
      const indexed = this.#index.get(id)
      return indexed?.holders.includes(zone) === true ? indexed : undefined
    })
  }

  #parse(record: OpenedRecord): WalletEntry {
    return parseWallet(record.payload, this.#crypto)
  }

  /** False where a later commit is known: acknowledgements and a watch do not wait for another. */
  #note(entry: WalletEntry, revision: Revision): boolean {
    const { id } = entry.wallet
    const before = this.#index.get(id)
    if (before !== undefined && before.revision > revision) return false
    if (before === undefined) this.#ordered = undefined
    const after = toIndexed(entry, revision)
    for (const credential of before?.credentials ?? []) {
      this.#byCredential.get(credential)?.delete(id)
    }
    for (const credential of after.credentials) {
      const wallets = this.#byCredential.get(credential) ?? new Set()
      this.#byCredential.set(credential, wallets.add(id))
    }
    this.#index.set(id, after)
    this.#digests.wallet(id, before, after)
    this.#byGroup.note(before, after)
    this.#acknowledged.held(id, entry.wallet.provisional === true)
    if (entry.wallet.pending === undefined) this.#pending.delete(id)
    else this.#pending.add(id)
    const isSettled = after.from === undefined && after.left.length + after.struck.length === 0
    if (isSettled) this.#moving.delete(id)
    else this.#moving.add(id)
    return true
  }

  #keep(entry: WalletEntry): void {
    this.#cache.delete(entry.wallet.id)
    this.#cache.set(entry.wallet.id, entry)
    if (this.#cache.size > walletsCachedMax) {
      const [oldest] = this.#cache.keys()
      if (oldest !== undefined) this.#cache.delete(oldest)
    }
  }
}

export const createWalletTable = (tools: WalletTableTools): WalletTable => new Table(tools)
