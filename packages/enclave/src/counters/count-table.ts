/**
 * The `count/` records of this zone, changed by compare-and-set since other nodes of the zone
 * change them too, and what this node remembers of them beside: a record that is older than that
 * was put back by its host.
 */
import { accept, type Refused, type Result, refuse } from '@holdfast/base/errors'
import type { WalletId, ZoneId } from '@holdfast/base/ids'
import { countedWalletsMax } from '../limits.ts'
import type { Revision } from '../ports/store.ts'
import { countName } from '../records/names.ts'
import type { Records } from '../records/records.ts'
import { type CountRecord, emptyCount, encodeCount, parseCount } from './count-record.ts'
import type { Counter, CounterId } from './counter.ts'

/** The part of a share that this very incarnation may count in memory. */
export type Block = {
  window: number
  /** At which it was taken: a lower one ends it. */
  limit: bigint
  /** Others have endorsed it. */
  left: bigint
  /** Set aside in the record, and not endorsed yet. */
  reserved: bigint
  /** What those wait for who found too little left, in the order of their coming. */
  readonly wants: Set<Want>
  raising?: Raising
  /** When no other zone had a share to give, by the own clock. */
  dryAtMs?: number
}

export type Want = { readonly amount: bigint }

/** One raise at a time serves all who wait when it begins to set aside. */
export type Raising = {
  readonly serves: ReadonlySet<Want>
  readonly done: Promise<Result<Raised>>
}

/** Whether not all who waited can be served by what the zones have left. */
export type Raised = { readonly short: boolean }

/** What is lost with the incarnation; `recover` begins it anew. */
export type WalletMemory = {
  recovered: boolean
  /**
   * Where too few are left to recover by: windows that begin at `fromMs` or later are known to
   * hold nothing that this zone has forgotten.
   */
  alone?: { readonly fromMs: number }
  /** What was counted while others were given up, and they have yet to be told. */
  readonly untold: Set<CounterId>
  recovering?: Promise<Result<void>>
  recoveringAlone?: Promise<Result<void>>
  /** The highest serial of the record that was seen. */
  serial: number
  readonly blocks: Map<CounterId, Block>
  /** By the key of its request, what this incarnation has taken from its blocks (refunds.ts). */
  readonly refundable: Map<string, readonly Taken[]>
}

export type Taken = { readonly counter: Counter; readonly window: number; readonly amount: bigint }

export type Change<Value> = { readonly value: Value; readonly record?: CountRecord }

export type CountTable = {
  memory(wallet: WalletId): WalletMemory
  /** Wallets of which others have yet to be told. */
  untold(): readonly WalletId[]
  /** After this, the wallet counts as after a restart. */
  forget(wallet: WalletId): void
  forgetAll(): void
  /** Refuses `not_counted` where the store gives an older record than before. */
  read(wallet: WalletId): Promise<Result<CountRecord>>
  /**
   * `edit` may be asked again, with a newer record; a record that it does not return is not
   * written. Refuses as `read`, as `edit`, and as `Records.commit`.
   */
  change<Value>(
    wallet: WalletId,
    edit: (record: CountRecord) => Result<Change<Value>>,
  ): Promise<Result<Value>>
}

const attemptsMax = 10

class Table implements CountTable {
  readonly #records: Records
  readonly #zone: ZoneId
  readonly #memories = new Map<WalletId, WalletMemory>()
  /** The nodes of a zone meet by compare-and-set; the requests of one node wait for each other. */
  readonly #turns = new Map<WalletId, Promise<unknown>>()

  constructor(records: Records, zone: ZoneId) {
    this.#records = records
    this.#zone = zone
  }

  memory(wallet: WalletId): WalletMemory {
    const known = this.#memories.get(wallet)
    if (known !== undefined) {
      this.#memories.delete(wallet)
      this.#memories.set(wallet, known)
      return known
    }
    const memory: WalletMemory = {
      recovered: false,
      untold: new Set(),
      serial: 0,
      blocks: new Map(),
      refundable: new Map(),
    }
    this.#memories.set(wallet, memory)
    if (this.#memories.size > countedWalletsMax) {
      const [oldest] = this.#memories.keys()
      if (oldest !== undefined) this.#memories.delete(oldest)
    }
    return memory
  }

  untold(): readonly WalletId[] {
    return [...this.#memories].flatMap(([id, { untold }]) => (untold.size > 0 ? [id] : []))
  }

  forget(wallet: WalletId): void {
    this.#memories.delete(wallet)
  }

  forgetAll(): void {
    this.#memories.clear()
  }

  async read(wallet: WalletId): Promise<Result<CountRecord>> {
    const found = await this.#find(wallet)
    return found.ok ? accept(found.value.record) : found
  }

  change<Value>(
    wallet: WalletId,
    edit: (record: CountRecord) => Result<Change<Value>>,
  ): Promise<Result<Value>> {
    const before = this.#turns.get(wallet) ?? Promise.resolve()
    const turn = before.then(
      () => this.#tryChange(wallet, edit),
      () => this.#tryChange(wallet, edit),
    )
    this.#turns.set(wallet, turn)
    const end = (): void => {
      if (this.#turns.get(wallet) === turn) this.#turns.delete(wallet)
    }
    turn.then(end, end)
    return turn
  }

  async #tryChange<Value>(
    wallet: WalletId,
    edit: (record: CountRecord) => Result<Change<Value>>,
  ): Promise<Result<Value>> {
    let last: Refused = refuse('conflict', 'the nodes of this zone count at the same time')
    for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
      const found = await this.#find(wallet)
      if (!found.ok) return found
      const edited = edit(found.value.record)
      if (!edited.ok) return edited
      if (edited.value.record === undefined) return accept(edited.value.value)
      const next = { ...edited.value.record, serial: found.value.record.serial + 1 }
      const stored = await this.#store(wallet, next, found.value.revision)
      if (stored.ok) return accept(edited.value.value)
      if (stored.refusal.code !== 'conflict') return stored
      last = stored
    }
    return last
  }

  async #find(
    wallet: WalletId,
  ): Promise<Result<{ readonly record: CountRecord; readonly revision: Revision | 'absent' }>> {
    const memory = this.memory(wallet)
    const seen = memory.serial
    const found = await this.#records.read(countName(wallet, this.#zone))
    const record = found === undefined ? emptyCount : parseCount(found.payload)
    if (record.serial < seen) {
      this.forget(wallet)
      return refuse('not_counted', 'the store of this zone was put back while it ran')
    }
    memory.serial = Math.max(memory.serial, record.serial)
    return accept({ record, revision: found?.revision ?? 'absent' })
  }

  async #store(
    wallet: WalletId,
    record: CountRecord,
    revision: Revision | 'absent',
  ): Promise<Result<void>> {
    const key = countName(wallet, this.#zone)
    const version = { epoch: 1, version: record.serial }
    const stored = await this.#records.commit({
      conditions: [{ key, revision }],
      writes: [this.#records.put(key, version, encodeCount(record))],
    })
    if (!stored.ok) return stored
    const memory = this.memory(wallet)
    memory.serial = Math.max(memory.serial, record.serial)
    return accept(undefined)
  }
}

export const createCountTable = (records: Records, zone: ZoneId): CountTable =>
  new Table(records, zone)
