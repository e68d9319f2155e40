/** Looks at every commit of every zone as it is applied: invariants 2, 3, 4 and 10. */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import type { MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import type { Wallet } from '@holdfast/base/wallet'
import { type Gone, readGone } from '@holdfast/enclave/placement/gone-table'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Batch } from '@holdfast/enclave/ports/store'
import type { RecordName } from '@holdfast/enclave/records/names'
import { openRecord, type RecordVersion } from '@holdfast/enclave/records/record-seal'
import {
  type Group,
  type GroupId,
  groupId,
  groupOf,
} from '@holdfast/enclave/replication/homes/group'
import { type EpochPromise, readPromise } from '@holdfast/enclave/replication/homes/promise-table'
import { type Deciding, holdersOf } from '@holdfast/enclave/replication/quorum/quorum'
import { decidingOf } from '@holdfast/enclave/replication/quorum/voters'
import type { MemoryDisk } from '@holdfast/enclave/testing/memory-store'
import { isNewer } from '@holdfast/enclave/wallets/wallet-entry'
import { oneZoneKey, type ZoneKey } from '@holdfast/enclave/zone-key/zone-keys'
import type { Checks } from './checks.ts'
import { objectIn, type RecordView, viewRecord } from './record-view.ts'

type Opener = { readonly crypto: Crypto; readonly mesh: MeshId; readonly checks: Checks }

const nameOf = (name: string, { version }: RecordView): string =>
  `${name} ${version.epoch}.${version.version}`

export class RecordsWatch {
  readonly #context: Opener
  readonly #keys = new Map<ZoneId, ZoneKey>()
  readonly #views = new Map<ZoneId, Map<string, RecordView>>()
  readonly #hashes = new Map<string, string>()
  readonly #walletOf = new Map<string, WalletId>()
  /** The newest document of each wallet that any zone ever stored. */
  readonly #newest = new Map<WalletId, Wallet>()
  /** By wallet and zone: the newest version that named it. */
  readonly #named = new Map<string, RecordVersion>()
  /** By zone and wallet: what the zone has written down of a removal. */
  readonly #gone = new Map<string, Gone>()
  readonly #canaries = new Map<string, { readonly secret: Buffer; readonly wallet: WalletId }>()
  readonly #rolledBack = new Set<ZoneId>()
  /** By zone and group: who is left out, as the zone has it. */
  readonly #without = new Map<string, readonly ZoneId[]>()
  /** By group and epoch: who took over. */
  readonly #leaders = new Map<string, ZoneId>()
  /** Every version of every wallet that any zone ever stored, by the request that made it. */
  readonly history = new Map<WalletId, Map<string, Wallet>>()
  /** What each version of each object's state says, by `id epoch.version`. */
  readonly states = new Map<string, Bytes>()

  constructor(context: Opener) {
    this.#context = context
  }

  of(zone: ZoneId): ReadonlyMap<string, RecordView> {
    return this.#views.get(zone) ?? new Map()
  }

  placement(wallet: WalletId): readonly ZoneId[] | undefined {
    return this.#newest.get(wallet)?.placement.zones
  }

  newest(wallet: WalletId): Wallet | undefined {
    return this.#newest.get(wallet)
  }

  walletOf(object: string): WalletId | undefined {
    return this.#walletOf.get(object)
  }

  /** Whether a change of the placement is not at its end; one that was struck ends where it can. */
  isMoving(wallet: WalletId): boolean {
    const { from, left, struck } = this.#newest.get(wallet)?.moved ?? {}
    return from !== undefined || left !== undefined || struck !== undefined
  }

  /** Zones that have yet to erase some wallet, and those that will have once others agree. */
  leaving(): { readonly left: ReadonlySet<ZoneId>; readonly from: ReadonlySet<ZoneId> } {
    const all = [...this.#newest.values()]
    const from = all.flatMap(({ moved, placement }) =>
      (moved?.from ?? []).filter((zone) => !placement.zones.includes(zone)),
    )
    return { left: new Set(all.flatMap(({ moved }) => moved?.left ?? [])), from: new Set(from) }
  }

  /** Reads a disk from its beginning: after a boot, a rollback or a wipe. */
  reload(zone: ZoneId, zoneKey: ZoneKey, disk: MemoryDisk): void {
    this.#keys.set(zone, zoneKey)
    this.reread(zone, disk)
  }

  /** Reads a disk from its beginning, under the key that is known. */
  reread(zone: ZoneId, disk: MemoryDisk): void {
    this.#views.set(zone, new Map())
    for (const name of this.#without.keys()) {
      if (name.startsWith(`${zone} `)) this.#without.delete(name)
    }
    for (const name of this.#gone.keys()) {
      if (name.startsWith(`${zone} `)) this.#gone.delete(name)
    }
    for (const record of disk.records.values()) {
      this.#readGone(zone, record.key, record.value)
      this.#take(zone, record.key, record.value)
      this.#readPromise(zone, record.key, record.value)
    }
  }

  /** The zone's disk is an older one now: what it had forgotten may come again. */
  rolledBack(zone: ZoneId): void {
    this.#rolledBack.add(zone)
    this.#views.delete(zone)
    const held = new Set(
      [...this.#views.values()].flatMap((view) =>
        [...view].map(([name, record]) => nameOf(name, record)),
      ),
    )
    // A version that nobody holds any more may be made anew.
    for (const name of this.#hashes.keys()) if (!held.has(name)) this.#hashes.delete(name)
  }

  /** How often a zone erased a wallet that left it. */
  erasures = 0
  /** Versions in which a removal was struck: by wallet, version and zone. */
  readonly struck = new Set<string>()
  /** Zones that governors named as lost. */
  readonly lost = new Set<ZoneId>()
  /** How often a zone took the wallets of a group over. */
  takeovers = 0
  /** How often without zones that governors gave up. */
  alone = 0
  /** Told of each document that a zone has stored. */
  stored: (zone: ZoneId, document: Wallet) => void = () => undefined
  /** Told when a zone has adopted what those that promised remember. */
  tookOver: (zone: ZoneId, group: GroupId) => void = () => undefined

  /** The zones that decide for a wallet, as a zone's own promise says. */
  voters(zone: ZoneId, wallet: Wallet): Deciding {
    const group = groupOf(wallet)
    const { leaves = group } = group
    const without = (of: Group): readonly ZoneId[] =>
      this.#without.get(`${zone} ${groupId(of)}`) ?? []
    return decidingOf(group, [...without(group), ...without(leaves)])
  }

  /** Whether some epoch's version of an object's state says this. */
  wasWritten(object: string, version: number, state: Bytes): boolean {
    const suffix = `.${version}`
    for (const [name, bytes] of this.states) {
      if (name.startsWith(`${object} `) && name.endsWith(suffix) && equalBytes(bytes, state)) {
        return true
      }
    }
    return false
  }

  /** Whether another zone holds what a rolled-back zone has lost. */
  isBehind(zone: ZoneId): boolean {
    if (!this.#rolledBack.has(zone)) return false
    const own = this.of(zone)
    for (const [other, view] of this.#views) {
      if (other === zone) continue
      for (const [name, record] of view) {
        if (!this.#belongs(zone, name)) continue
        const mine = own.get(name)
        if (record.kind === 'object' && own.get(name.replace('object', 'state'))?.destroyed)
          continue
        if (mine === undefined || isNewer(record.version, mine.version)) return true
      }
    }
    this.#rolledBack.delete(zone)
    return false
  }

  applied(zone: ZoneId, batch: Batch): void {
    const view = this.#views.get(zone)
    if (view === undefined) return
    for (const write of batch.writes) {
      if (write.type === 'put') this.#put(zone, view, write.key, write.value)
      else view.delete(write.key)
    }
    for (const { key } of batch.writes) this.#checkDestroyed(zone, view, key)
  }

  /** A message or an answer on its way to a zone, or to a client (undefined). */
  checkBytes(to: ZoneId | undefined, bytes: Bytes): void {
    const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const { secret, wallet } of this.#canaries.values()) {
      // What was sent before a zone was removed may come after.
      if (to !== undefined && this.#named.has(`${wallet} ${to}`)) continue
      this.#context.checks.expect(
        10,
        !haystack.includes(secret),
        () => `a key of ${wallet} in bytes for ${to ?? 'a client'}`,
      )
    }
  }

  #belongs(zone: ZoneId, name: string): boolean {
    const wallet = this.#walletOf.get(objectIn(name) ?? name)
    return wallet !== undefined && this.#mayHold(zone, wallet)
  }

  /** Named by a version that the zone has not been removed by, as it knows. */
  #mayHold(zone: ZoneId, wallet: WalletId): boolean {
    const named = this.#named.get(`${wallet} ${zone}`)
    const gone = this.#gone.get(`${zone} ${wallet}`)
    return named !== undefined && (gone === undefined || isNewer(named, gone))
  }

  #open(zone: ZoneId, name: string, value: Bytes): ReturnType<typeof openRecord> {
    const zoneKey = this.#keys.get(zone)
    if (zoneKey === undefined) return undefined
    const context = { ...this.#context, zone, zoneKeys: oneZoneKey(zoneKey) }
    return openRecord(context, name as RecordName, value)
  }

  #readGone(zone: ZoneId, name: string, value: Bytes): Gone | undefined {
    const opened = name.startsWith('gone/') ? this.#open(zone, name, value) : undefined
    if (opened === undefined) return undefined
    const gone = readGone(opened.payload)
    this.#gone.set(`${zone} ${gone.wallet}`, gone)
    return gone
  }

  /** What says that it has erased a wallet holds nothing of it. */
  #checkGone(zone: ZoneId, view: ReadonlyMap<string, RecordView>, { wallet, erased }: Gone): void {
    if (!erased) return
    this.erasures += 1
    const left = [...view].find(([, one]) => one.kind !== 'tomb' && one.wallet === wallet)
    const what = (): string => `${zone} says that it erased ${wallet}, and holds ${left?.[0]}`
    this.#context.checks.expect(10, left === undefined, what)
  }

  #put(zone: ZoneId, view: ReadonlyMap<string, RecordView>, name: string, value: Bytes): void {
    const { checks } = this.#context
    const gone = this.#readGone(zone, name, value)
    if (gone !== undefined) return this.#checkGone(zone, view, gone)
    this.#noteTakeover(zone, name, value)
    const before = view.get(name)
    const after = this.#take(zone, name, value)
    for (const { secret, wallet } of this.#canaries.values()) {
      const plain = Buffer.from(value.buffer, value.byteOffset, value.byteLength).includes(secret)
      checks.expect(10, !plain, () => `a key of ${wallet} in the clear in ${zone}'s store`)
    }
    if (after === undefined || before === undefined) return
    checks.expect(
      3,
      !isNewer(before.version, after.version),
      () => `${zone} fell from ${nameOf(name, before)} to ${nameOf(name, after)}`,
    )
    checks.expect(
      4,
      before.destroyed !== true || after.destroyed === true,
      () => `${name} is active again in ${zone}`,
    )
  }

  #noteTakeover(zone: ZoneId, name: string, value: Bytes): void {
    const promise = this.#readPromise(zone, name, value)
    if (promise?.adopted !== true) return
    this.takeovers += 1
    if (promise.without.length > 0) this.alone += 1
    this.tookOver(zone, groupId(promise.group))
  }

  #readPromise(zone: ZoneId, name: string, value: Bytes): EpochPromise | undefined {
    const opened = name.startsWith('promise/') ? this.#open(zone, name, value) : undefined
    if (opened === undefined) return undefined
    const promise = readPromise(opened.payload)
    this.#notePromise(zone, promise)
    return promise
  }

  #notePromise(zone: ZoneId, { group, epoch, candidate, adopted, without }: EpochPromise): void {
    const isOnlyAsked = candidate === zone && !adopted
    this.#without.set(`${zone} ${groupId(group)}`, isOnlyAsked ? [] : without)
    if (!adopted) return
    const reign = `${groupId(group)} ${epoch}`
    const other = this.#leaders.get(reign) ?? candidate
    this.#leaders.set(reign, other)
    const what = (): string => `${reign} has two homes: ${other} and ${candidate}`
    this.#context.checks.expect(5, other === candidate, what)
  }

  #take(zone: ZoneId, name: string, value: Bytes): RecordView | undefined {
    const { checks } = this.#context
    const zoneKey = this.#keys.get(zone)
    if (zoneKey === undefined) return undefined
    const view = viewRecord({ ...this.#context, zone, zoneKeys: oneZoneKey(zoneKey) }, name, value)
    if (view === undefined) return undefined
    if (view === 'sealed elsewhere') {
      checks.expect(10, this.#belongs(zone, name), () => `${name} was put into ${zone}`)
      checks.fault(`${zone} holds ${name}, which it did not seal`)
      return undefined
    }
    this.#learn(name, view)
    if (view.document !== undefined) this.stored(zone, view.document)
    const known = this.#hashes.get(nameOf(name, view))
    this.#hashes.set(nameOf(name, view), known ?? view.hash)
    checks.expect(2, (known ?? view.hash) === view.hash, () => `${nameOf(name, view)} at ${zone}`)
    const placed = view.wallet === undefined || this.#mayHold(zone, view.wallet)
    checks.expect(10, placed, () => `${name} is outside its placement, in ${zone}`)
    this.#views.get(zone)?.set(name, view)
    return view
  }

  #learn(name: string, view: RecordView): void {
    const { wallet, document, secret, state } = view
    const id = objectIn(name)
    if (id !== undefined && state !== undefined) {
      this.states.set(`${id} ${view.version.epoch}.${view.version.version}`, state)
    }
    if (wallet !== undefined) this.#walletOf.set(objectIn(name) ?? name, wallet)
    if (document !== undefined) {
      const before = this.#newest.get(document.id)
      if (before === undefined || isNewer(document, before)) this.#newest.set(document.id, document)
      for (const zone of holdersOf(groupOf(document))) {
        const key = `${document.id} ${zone}`
        const named = this.#named.get(key)
        if (named === undefined || isNewer(document, named)) this.#named.set(key, document)
      }
      this.#chronicle(document)
      this.#checkStruck(document)
    }
    if (wallet !== undefined && secret !== undefined && secret.length >= 16) {
      this.#canaries.set(name, { secret: Buffer.from(secret), wallet })
    }
  }

  /** Nobody is struck but by governors' word, nor where the wallet is still to be. */
  #checkStruck({ id, moved, placement }: Wallet): void {
    for (const zone of moved?.struck ?? []) {
      this.struck.add(`${id} ${moved?.epoch}.${moved?.version} ${zone}`)
      const isMeant = this.lost.has(zone) && !placement.zones.includes(zone)
      const what = (): string => `${zone} is struck from ${id}, which governors have not said`
      this.#context.checks.expect(10, isMeant && moved?.left?.includes(zone) !== true, what)
    }
  }

  #chronicle(document: Wallet): void {
    const versions = this.history.get(document.id) ?? new Map<string, Wallet>()
    const before = versions.get(document.request) ?? document
    // A later home sends what it adopted once more, as a version of its own epoch.
    const isReissued = before.epoch !== document.epoch
    // The steps of a change of placement keep the request that came before them.
    const isStep =
      document.moved !== undefined &&
      JSON.stringify(before.accounts) === JSON.stringify(document.accounts)
    this.#context.checks.expect(
      12,
      isReissued || isStep || before.version === document.version,
      () => `one request made two versions of ${document.id}`,
    )
    this.history.set(document.id, versions.set(document.request, document))
  }

  /**
   * Where the tombstone stands the secret is gone; it stands where the state says destroyed. The
   * state may follow later, where the end came from a home that was followed by another.
   */
  #checkDestroyed(zone: ZoneId, view: ReadonlyMap<string, RecordView>, name: string): void {
    const id = objectIn(name)
    if (id === undefined) return
    const hasTomb = view.has(`tomb/${id}`)
    const isDestroyed = view.get(`state/${id}`)?.destroyed === true
    if (!isDestroyed && !hasTomb) return
    this.#context.checks.expect(
      4,
      hasTomb && !view.has(`object/${id}`),
      () => `${id} lives on in ${zone}`,
    )
  }
}
