/** The requests that wait in this zone: an index in memory, themselves in the store. */
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId } from '@holdfast/base/ids'
import { waitsPerWalletMax } from '@holdfast/base/limits'
import { parseTimestamp } from '@holdfast/base/time'
import { waitsMax } from '../limits.ts'
import type { Revision } from '../ports/store.ts'
import { waitName, waitPrefix } from '../records/names.ts'
import type { OpenedRecord, Records } from '../records/records.ts'
import { createSerial, type Serial } from '../serial.ts'
import { encodeWait, parseWait, type WaitEntry } from './wait-entry.ts'

export type IndexedWait = Pick<WaitEntry, 'wallet' | 'request' | 'state'> & {
  readonly expiresAtMs: number
  readonly revision: Revision
}

export type WaitTable = {
  /** One decision at a time on one request, by its hash. */
  readonly serial: Serial<string>
  load(): Promise<void>
  /** What another node of the zone has stored, or deleted. */
  learn(record: OpenedRecord): void
  forget(name: string, revision: Revision): void
  read(wallet: WalletId, request: string): Promise<WaitEntry | undefined>
  /** The newest first. */
  of(wallet: WalletId): Promise<readonly WaitEntry[]>
  all(): readonly IndexedWait[]
  /**
   * Stores a new request, or what became of `before`, which was read here. Refuses `limit_reached`
   * and as `Records.commit`: `conflict` where another node was faster.
   */
  put(entry: WaitEntry, before?: WaitEntry): Promise<Result<void>>
  remove(wait: IndexedWait): Promise<void>
}

class Table implements WaitTable {
  readonly #index = new Map<string, IndexedWait>()
  readonly #revisions = new WeakMap<WaitEntry, Revision>()
  readonly #records: Records
  readonly serial = createSerial<string>()

  constructor(records: Records) {
    this.#records = records
  }

  async load(): Promise<void> {
    for await (const record of this.#records.scan(waitPrefix)) this.learn(record)
  }

  learn({ payload, revision }: OpenedRecord): void {
    this.#note(parseWait(payload), revision)
  }

  forget(name: string, revision: Revision): void {
    const held = this.#index.get(name)
    if (held !== undefined && held.revision <= revision) this.#index.delete(name)
  }

  async read(wallet: WalletId, request: string): Promise<WaitEntry | undefined> {
    const name = waitName(wallet, request)
    if (!this.#index.has(name)) return undefined
    const record = await this.#records.read(name)
    if (record === undefined) return undefined
    const entry = parseWait(record.payload)
    this.#revisions.set(entry, record.revision)
    return entry
  }

  async of(wallet: WalletId): Promise<readonly WaitEntry[]> {
    const found = await Promise.all(
      this.#ofWallet(wallet).map(({ request }) => this.read(wallet, request)),
    )
    return found
      .flatMap((entry) => entry ?? [])
      .toSorted((left, right) => (left.takenAt < right.takenAt ? 1 : -1))
  }

  all(): readonly IndexedWait[] {
    return [...this.#index.values()]
  }

  async put(entry: WaitEntry, before?: WaitEntry): Promise<Result<void>> {
    const name = waitName(entry.wallet, entry.request)
    if (before === undefined) {
      const room = await this.#makeRoom(entry.wallet)
      if (!room.ok) return room
    }
    const revision = before === undefined ? 'absent' : (this.#revisions.get(before) ?? 'absent')
    const stored = await this.#records.commit({
      conditions: [{ key: name, revision }],
      writes: [this.#records.put(name, { epoch: 1, version: 1 }, encodeWait(entry))],
    })
    if (!stored.ok) return stored
    this.#revisions.set(entry, stored.value)
    this.#note(entry, stored.value)
    return accept(undefined)
  }

  async remove({ wallet, request }: IndexedWait): Promise<void> {
    const name = waitName(wallet, request)
    const stored = await this.#records.commit({
      conditions: [],
      writes: [{ type: 'delete', key: name }],
    })
    if (stored.ok) this.#index.delete(name)
  }

  /** What is settled makes room for what waits, the oldest first. */
  async #makeRoom(wallet: WalletId): Promise<Result<void>> {
    const held = this.#ofWallet(wallet)
    if (held.filter(({ state }) => state === 'waiting').length >= waitsPerWalletMax) {
      return refuse('limit_reached', 'as many requests of the wallet wait as may')
    }
    const settled = held
      .filter(({ state }) => state !== 'waiting')
      .toSorted((left, right) => left.expiresAtMs - right.expiresAtMs)
    const [oldest] = settled
    if (oldest !== undefined && settled.length >= waitsPerWalletMax) await this.remove(oldest)
    return this.#index.size < waitsMax
      ? accept(undefined)
      : refuse('limit_reached', 'as many requests wait in this zone as may')
  }

  #ofWallet(wallet: WalletId): readonly IndexedWait[] {
    return [...this.#index.values()].filter((wait) => wait.wallet === wallet)
  }

  #note({ wallet, request, state, expiresAt }: WaitEntry, revision: Revision): void {
    const name = waitName(wallet, request)
    const held = this.#index.get(name)
    if (held !== undefined && held.revision > revision) return
    const expiresAtMs = parseTimestamp(expiresAt)
    this.#index.set(name, { wallet, request, state, expiresAtMs, revision })
  }
}

export const createWaitTable = (records: Records): WaitTable => new Table(records)
