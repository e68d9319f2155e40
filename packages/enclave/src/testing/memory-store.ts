/** A store in memory for tests of the core: a disk that outlives crashes, with faults on demand. */
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import {
  type Batch,
  type Outcome,
  type Page,
  type Revision,
  type Sharing,
  type Store,
  type StoredRecord,
  type StoreEvent,
  StoreUnavailable,
  type Watch,
} from '../ports/store.ts'

export type StoreCall = 'revision' | 'incarnation' | 'get' | 'scan' | 'commit'

/**
 * What goes wrong with one call. `unavailable`: it throws (a commit: unknown, not applied).
 * For commits: `lost` is unknown and not applied, `unacknowledged` is unknown although applied.
 */
export type StoreFault = 'unavailable' | 'lost' | 'unacknowledged'

export type MemorySnapshot = {
  readonly incarnation: string
  readonly revision: Revision
  readonly records: ReadonlyMap<string, StoredRecord>
}

/** What a crash leaves behind. Several stores may be opened on it, one after another. */
export type MemoryDisk = {
  incarnation: string
  revision: Revision
  records: Map<string, StoredRecord>
  /** Events of revisions above `compacted`, in order. */
  events: StoreEvent[]
  compacted: Revision
  /** Rises with every roll-back: watches from before it begin again. */
  generation: number
  readonly watchers: Set<() => void>
}

export const createMemoryDisk = (incarnation = 'memory-1'): MemoryDisk => ({
  incarnation,
  revision: 0n,
  records: new Map(),
  events: [],
  compacted: 0n,
  generation: 0,
  watchers: new Set(),
})

export const snapshotDisk = (disk: MemoryDisk): MemorySnapshot => ({
  incarnation: disk.incarnation,
  revision: disk.revision,
  records: new Map(disk.records),
})

const wake = (disk: MemoryDisk): void => {
  for (const watcher of disk.watchers) watcher()
}

/** Rolls the disk back (or forks it): what was written since is gone, as a hostile host can do. */
export const restoreDisk = (
  disk: MemoryDisk,
  snapshot: MemorySnapshot,
  options: { readonly incarnation?: string } = {},
): void => {
  disk.incarnation = options.incarnation ?? snapshot.incarnation
  disk.revision = snapshot.revision
  disk.records = new Map(snapshot.records)
  disk.events = []
  disk.generation += 1
  disk.compacted = snapshot.revision
  wake(disk)
}

/** Forgets events up to now: watches from older revisions answer `compacted`. */
export const compactDisk = (disk: MemoryDisk): void => {
  disk.events = []
  disk.compacted = disk.revision
  wake(disk)
}

const encoder = new TextEncoder()

/** Byte order of the UTF-8 forms: UTF-16 order differs behind the surrogates. */
const byteOrder = (left: string, right: string): number => {
  const [a, b] = [encoder.encode(left), encoder.encode(right)]
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] as number) - (b[index] as number)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

const copyOf = (record: StoredRecord): StoredRecord => ({
  ...record,
  value: Uint8Array.from(record.value),
})

const failedConditions = (disk: MemoryDisk, batch: Batch): string[] =>
  batch.conditions
    .filter(({ key, revision }) => (disk.records.get(key)?.revision ?? 'absent') !== revision)
    .map(({ key }) => key)

const apply = (disk: MemoryDisk, batch: Batch): Outcome => {
  const keys = new Set(batch.writes.map(({ key }) => key))
  assert(keys.size === batch.writes.length, 'a key stands once in a batch')
  const failed = failedConditions(disk, batch)
  if (failed.length > 0) return { outcome: 'not_applied', failed }
  const effective = batch.writes.filter(
    (write) => write.type === 'put' || disk.records.has(write.key),
  )
  if (effective.length === 0) return { outcome: 'applied', revision: disk.revision }
  disk.revision += 1n
  const { revision } = disk
  for (const write of effective) {
    if (write.type === 'put') {
      const record = { key: write.key, value: Uint8Array.from(write.value), revision }
      disk.records.set(write.key, record)
      disk.events.push({ type: 'put', record })
    } else {
      disk.records.delete(write.key)
      disk.events.push({ type: 'delete', key: write.key, revision })
    }
  }
  wake(disk)
  return { outcome: 'applied', revision }
}

const revisionOf = (event: StoreEvent): Revision =>
  event.type === 'put' ? event.record.revision : event.revision
const keyOf = (event: StoreEvent): string => (event.type === 'put' ? event.record.key : event.key)

const openWatch = (disk: MemoryDisk, prefix: string, after: Revision): Watch => {
  const { generation } = disk
  let position = after
  let ended = false
  let waiting: (() => void) | undefined
  const wakeUp = (): void => waiting?.()
  disk.watchers.add(wakeUp)
  const close = (): void => {
    ended = true
    disk.watchers.delete(wakeUp)
    waiting?.()
  }
  const next = async (): Promise<readonly StoreEvent[] | 'compacted' | undefined> => {
    for (;;) {
      if (ended) return undefined
      const unreachable = position < disk.compacted || position > disk.revision
      if (unreachable || disk.generation !== generation) {
        close()
        return 'compacted'
      }
      const events = disk.events.filter(
        (event) => revisionOf(event) > position && keyOf(event).startsWith(prefix),
      )
      position = disk.revision
      if (events.length > 0) return events
      await new Promise<void>((resolve) => {
        waiting = resolve
      })
      waiting = undefined
    }
  }
  return { next, close }
}

const scanDisk = (
  disk: MemoryDisk,
  prefix: string,
  options: { readonly limit: number; readonly from?: string },
): Page => {
  assert(options.limit >= 1, 'a page has at least one record')
  const from = options.from
  const keys = [...disk.records.keys()]
    .filter((key) => key.startsWith(prefix) && (from === undefined || byteOrder(key, from) >= 0))
    .toSorted(byteOrder)
  const records = keys
    .slice(0, options.limit)
    .map((key) => copyOf(disk.records.get(key) as StoredRecord))
  const next = keys[options.limit]
  return { records, revision: disk.revision, ...(next === undefined ? {} : { next }) }
}

/**
 * Opens a store on a disk. `fault` is asked before each call; it sees a commit's batch.
 *
 *     openMemoryStore(disk, { fault: (call) => (call === 'commit' ? 'lost' : undefined) })
 */
export const openMemoryStore = (
  disk: MemoryDisk,
  options: {
    readonly sharing?: Sharing
    readonly fault?: (call: StoreCall, batch: Batch | undefined) => StoreFault | undefined
  } = {},
): Store => {
  let closed = false
  const watches = new Set<Watch>()
  const faultOf = (call: StoreCall, batch?: Batch): StoreFault | undefined =>
    closed ? 'unavailable' : options.fault?.(call, batch)
  const read = async <Value>(call: StoreCall, action: () => Value): Promise<Value> => {
    if (faultOf(call) !== undefined) throw new StoreUnavailable(`no answer to ${call}`)
    return action()
  }
  return {
    sharing: options.sharing ?? 'exclusive',
    incarnation: () => read('incarnation', () => disk.incarnation),
    revision: () => read('revision', () => disk.revision),
    get: (key) =>
      read('get', () => {
        const record = disk.records.get(key)
        return record === undefined ? undefined : copyOf(record)
      }),
    scan: (prefix, page) => read('scan', () => scanDisk(disk, prefix, page)),
    commit: async (batch) => {
      const fault = faultOf('commit', batch)
      if (fault === 'unacknowledged') apply(disk, batch)
      return fault === undefined ? apply(disk, batch) : { outcome: 'unknown' }
    },
    watch: (prefix, after) => {
      const watch = openWatch(disk, prefix, after)
      watches.add(watch)
      if (closed) watch.close()
      return watch
    },
    close: async () => {
      closed = true
      for (const watch of watches) watch.close()
    },
  }
}

/** A record's bytes on the disk: what its host sees. */
export const hostSees = (disk: MemoryDisk, key: string): Bytes | undefined =>
  disk.records.get(key)?.value
