/**
 * What other zones are owed: one entry for each record and zone, written together with the record.
 * A zone that is away for long is owed no list without end: past a bound one mark stands for all
 * that follows, and what the zone lacks is found by comparing (DESIGN §7, `dirty`).
 */
import type { ZoneId } from '@holdfast/base/ids'
import { outboxPerZoneMax } from '../../limits.ts'
import type { Revision, Write } from '../../ports/store.ts'
import { dirtyName, outName, outPrefix, type RecordName, zoneOfOut } from '../../records/names.ts'
import type { RecordVersion } from '../../records/record-seal.ts'
import type { Records } from '../../records/records.ts'

export type Outbox = {
  /** Adds to a batch that `zone` is owed this version of a record that the batch writes. */
  owe(batch: { readonly writes: Write[] }, owed: Owed): void
  /** Counts anew what the store holds. Refuses `store_failed`. */
  count(): Promise<number>
  /** The revision of the mark that stands for what is not listed. */
  dirty(zone: ZoneId): Promise<Revision | undefined>
  /** Takes a mark away, unless it was written again meanwhile. */
  clean(zone: ZoneId, revision: Revision): Promise<void>
}

export type Owed = {
  readonly zone: ZoneId
  readonly record: RecordName
  readonly version: RecordVersion
}

/** A mark has no version of its own: its revision says when it was written. */
const markVersion: RecordVersion = { epoch: 1, version: 1 }
const nothing = new Uint8Array()

class StoredOutbox implements Outbox {
  readonly #records: Records
  readonly #max: number
  /** Entries of each zone: as counted, and written since. */
  readonly #counts = new Map<ZoneId, number>()

  constructor(records: Records, max: number) {
    this.#records = records
    this.#max = max
  }

  owe({ writes }: { readonly writes: Write[] }, { zone, record, version }: Owed): void {
    const count = this.#counts.get(zone) ?? 0
    if (count < this.#max) {
      this.#counts.set(zone, count + 1)
      writes.push(this.#records.put(outName(zone, record), version, nothing))
      return
    }
    const key = dirtyName(zone)
    if (writes.some((write) => write.key === key)) return
    writes.push(this.#records.put(key, markVersion, nothing))
  }

  async count(): Promise<number> {
    const counted = new Map<ZoneId, number>()
    let from: string | undefined
    for (;;) {
      const [first] = await this.#records.names('out/', { limit: 1, from })
      if (first === undefined) break
      const zone = zoneOfOut(first)
      const prefix = outPrefix(zone)
      counted.set(zone, (await this.#records.names(prefix, { limit: this.#max + 1 })).length)
      // The first name that is behind all that begin with the prefix.
      from = `${prefix.slice(0, -1)}0`
    }
    this.#counts.clear()
    let total = 0
    for (const [zone, count] of counted) {
      this.#counts.set(zone, count)
      total += count
    }
    return total
  }

  async dirty(zone: ZoneId): Promise<Revision | undefined> {
    return (await this.#records.read(dirtyName(zone)))?.revision
  }

  async clean(zone: ZoneId, revision: Revision): Promise<void> {
    const key = dirtyName(zone)
    await this.#records.commit({
      conditions: [{ key, revision }],
      writes: [{ type: 'delete', key }],
    })
  }
}

export const createOutbox = (records: Records, max: number = outboxPerZoneMax): Outbox =>
  new StoredOutbox(records, max)
