/**
 * Looks at what zones count, in their own records: invariant 6, and the `once` of invariant 8. A
 * charge that was ever written stays in this book, whatever becomes of the store.
 */
import type { SignAnswer } from '@holdfast/base/answers'
import type { Bytes } from '@holdfast/base/bytes'
import type { MeshId, WalletId, ZoneId } from '@holdfast/base/ids'
import { parseCharge } from '@holdfast/enclave/counters/charge'
import { type CountRecord, higher, parseCount } from '@holdfast/enclave/counters/count-record'
import { countersOf } from '@holdfast/enclave/counters/counter'
import type { Crypto } from '@holdfast/enclave/ports/crypto'
import type { Batch } from '@holdfast/enclave/ports/store'
import type { RecordName } from '@holdfast/enclave/records/names'
import { openRecord } from '@holdfast/enclave/records/record-seal'
import type { MemoryDisk } from '@holdfast/enclave/testing/memory-store'
import { majorityOf } from '@holdfast/enclave/time/agree'
import { oneZoneKey, type ZoneKey } from '@holdfast/enclave/zone-key/zone-keys'
import type { Checks } from './checks.ts'
import type { RecordsWatch } from './records-watch.ts'

type Watched = {
  readonly crypto: Crypto
  readonly mesh: MeshId
  readonly checks: Checks
  readonly records: RecordsWatch
  /** The clocks of the hosts, as they stand. */
  readonly clocks: () => ReadonlyMap<ZoneId, number>
  /** Zones that were held for gone at some time: what is left asks all others what time it is. */
  readonly givenUp: ReadonlySet<ZoneId>
}

type Kept = Map<WalletId, CountRecord>

export class CountingWatch {
  readonly #world: Watched
  readonly #keys = new Map<ZoneId, ZoneKey>()
  readonly #counts = new Map<ZoneId, Kept>()
  readonly #intents = new Map<ZoneId, Set<string>>()
  /** What a zone knew when its store was put back, until it knows as much again. */
  readonly #forgotten = new Map<ZoneId, { counts: Kept; intents: Set<string> }>()
  /**
   * By wallet, counter and window: what was counted for each request, by its key. What two zones
   * have counted for one is one spending, and one of them may give it back.
   */
  readonly #charged = new Map<string, Map<string, bigint>>()
  readonly #latest = new Map<ZoneId, number>()
  /** By wallet and intent, where the rule asks for once: what was signed. */
  readonly #once = new Map<string, string>()

  /** What was charged by zones that were left of a placement. */
  readonly alone = new Set<string>()

  constructor(world: Watched) {
    this.#world = world
  }

  /** Clocks are read by messages: each is noted at its highest. */
  tick(): void {
    for (const [zone, nowMs] of this.#world.clocks()) {
      this.#latest.set(zone, Math.max(nowMs, this.#latest.get(zone) ?? 0))
    }
  }

  reload(zone: ZoneId, zoneKey: ZoneKey, disk: MemoryDisk): void {
    this.#keys.set(zone, zoneKey)
    this.reread(zone, disk)
  }

  /** The disk is another one now. */
  reread(zone: ZoneId, disk: MemoryDisk): void {
    this.#counts.set(zone, new Map())
    this.#intents.set(zone, new Set())
    for (const { key, value } of disk.records.values()) this.#take(zone, key, value)
  }

  rolledBack(zone: ZoneId): void {
    const counts = this.#counts.get(zone) ?? new Map()
    this.#forgotten.set(zone, { counts, intents: this.#intents.get(zone) ?? new Set() })
  }

  applied(zone: ZoneId, batch: Batch): void {
    this.tick()
    for (const write of batch.writes) {
      if (write.type === 'put') this.#take(zone, write.key, write.value)
    }
  }

  /** Whether a zone whose store was put back has not got back what it remembered for others. */
  isBehind(zone: ZoneId): boolean {
    const before = this.#forgotten.get(zone)
    if (before === undefined) return false
    const now = this.#counts.get(zone)
    for (const [wallet, record] of before.counts) {
      const held = now?.get(wallet)
      if (held === undefined || !this.#isWhole(zone, wallet, record, held)) return true
    }
    const intents = this.#intents.get(zone)
    if ([...before.intents].some((name) => intents?.has(name) !== true)) return true
    this.#forgotten.delete(zone)
    return false
  }

  /** A signature under a rule that counts was charged before, and an intent signs once. */
  signed({ receipt, signed }: SignAnswer): void {
    const { checks, records } = this.#world
    const document = records.of(receipt.node.zone).get(`wallet/${receipt.wallet}`)?.document
    const rule = document?.policy.rules.find(({ id }) => id === receipt.rule)
    if (rule?.once !== true || receipt.intent === undefined) return
    const name = `${receipt.wallet} ${receipt.intent}`
    const what = JSON.stringify(signed)
    const first = this.#once.get(name) ?? what
    this.#once.set(name, first)
    checks.expect(8, first === what, () => `${name} signed two transactions`)
  }

  #isWhole(zone: ZoneId, wallet: WalletId, before: CountRecord, now: CountRecord): boolean {
    for (const [other, marks] of Object.entries(before.marks)) {
      for (const [counter, mark] of Object.entries(marks)) {
        const held = now.marks[other as ZoneId]?.[counter]
        if (held === undefined || higher(held, mark) !== held) return false
      }
    }
    for (const [other, kept] of this.#counts) {
      if (other === zone) continue
      for (const [counter, mark] of Object.entries(kept.get(wallet)?.marks[zone] ?? {})) {
        const own = now.own[counter]
        if (own === undefined) return false
        const { window, spent } = own
        const held = { window, spent }
        if (higher(held, mark) !== held) return false
      }
    }
    return true
  }

  #take(zone: ZoneId, name: string, value: Bytes): void {
    const [kind, wallet, rest] = name.split('/') as [string, WalletId, string]
    if (kind === 'intent') this.#intents.get(zone)?.add(name)
    if (kind !== 'count' && kind !== 'charge') return
    const zoneKey = this.#keys.get(zone)
    if (zoneKey === undefined) return
    const context = { ...this.#world, zone, zoneKeys: oneZoneKey(zoneKey) }
    const opened = openRecord(context, name as RecordName, value)
    if (opened === undefined) return
    if (kind === 'count') {
      this.#counts.get(zone)?.set(wallet, parseCount(opened.payload))
      return
    }
    this.#noteAlone(zone, wallet, name)
    for (const { counter, window, amount } of parseCharge(opened.payload).counted) {
      this.#charge(wallet, { counter, window, amount: BigInt(amount), key: rest })
    }
  }

  /** Charged where zones of the placement are given up. */
  #noteAlone(zone: ZoneId, wallet: WalletId, name: string): void {
    const { records } = this.#world
    const document = records.newest(wallet)
    if (document === undefined) return
    const left = records.voters(zone, document).zones
    const isRest = left.includes(zone) && left.length < document.placement.zones.length
    if (isRest) this.alone.add(`${zone} ${name}`)
  }

  /** The latest that a majority of these clocks has ever shown. */
  #agreedMs(zones: readonly ZoneId[]): number {
    const clocks = zones
      .map((zone) => this.#latest.get(zone) ?? 0)
      .toSorted((left, right) => right - left)
    return clocks[majorityOf(zones.length) - 1] ?? 0
  }

  #charge(
    wallet: WalletId,
    {
      counter,
      window,
      amount,
      key,
    }: {
      readonly counter: string
      readonly window: number
      readonly amount: bigint
      readonly key: string
    },
  ): void {
    const { checks, records } = this.#world
    const documents = [...(records.history.get(wallet)?.values() ?? [])]
    const found = documents
      .flatMap(({ policy }) => countersOf(policy))
      .find((one) => one.counter.id === counter)
    if (found === undefined) return checks.fault(`${wallet} counts ${counter}, which has no limit`)
    const name = `${wallet} ${counter} ${window}`
    const charges = this.#charged.get(name) ?? new Map<string, bigint>()
    const before = charges.get(key) ?? 0n
    this.#charged.set(name, charges.set(key, amount > before ? amount : before))
    const sum = [...charges.values()].reduce((left, right) => left + right, 0n)
    const { limit } = found.counter
    checks.expect(6, sum <= limit, () => `${name}: ${sum} were counted of ${limit}`)
    const { givenUp } = this.#world
    const left = [...this.#latest.keys()].filter((zone) => !givenUp.has(zone))
    const agreedMs = Math.max(
      this.#agreedMs(records.placement(wallet) ?? []),
      givenUp.size === 0 ? 0 : this.#agreedMs(left),
    )
    const opensMs = window * found.limit.windowMs
    checks.expect(6, opensMs <= agreedMs, () => `${name} was opened before its time`)
  }
}
