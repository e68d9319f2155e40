/** The store of a zone of one node: a SQLite file, held by one process, one fsync per commit. */
import type { DatabaseSync } from 'node:sqlite'
import { accept, assert, type Result } from '@holdfast/base/errors'
import type { Entropy } from '@holdfast/enclave/ports/entropy'
import {
  type Page,
  type Revision,
  type Store,
  type StoredRecord,
  StoreUnavailable,
} from '@holdfast/enclave/ports/store'
import { storePageMax } from '../../limits.ts'
import { createChangeLog } from './change-log.ts'
import { createCommitQueue } from './commit-queue.ts'
import { openDatabase, resultCodeOf } from './open-database.ts'
import { watchStoreFiles } from './store-files.ts'

const recordOf = (row: Readonly<Record<string, unknown>>): StoredRecord => ({
  key: row['key'] as string,
  value: row['value'] as Uint8Array,
  revision: row['revision'] as bigint,
})

/** Prepared reads; each answers from the last commit. */
const createReads = (database: DatabaseSync) => {
  const one = database.prepare('SELECT key, revision, value FROM records WHERE key = ?')
  const from = database.prepare(
    'SELECT key, revision, value FROM records WHERE key >= ? ORDER BY key LIMIT ?',
  )
  const store = database.prepare('SELECT incarnation, revision FROM store')
  for (const statement of [one, from, store]) statement.setReadBigInts(true)
  return {
    get: (key: string): StoredRecord | undefined => {
      const row = one.get(key)
      return row === undefined ? undefined : recordOf(row)
    },
    /** Keys in byte order: SQLite compares text by its UTF-8 bytes (BINARY collation). */
    scan: (prefix: string, options: { limit: number; from?: string }): Omit<Page, 'revision'> => {
      assert(options.limit >= 1, 'a page has at least one record')
      const limit = Math.min(options.limit, storePageMax)
      const found: StoredRecord[] = []
      // Read one by one: what stands behind the prefix is not read, be it thousands of records.
      for (const row of from.iterate(options.from ?? prefix, BigInt(limit) + 1n)) {
        const record = recordOf(row)
        if (!record.key.startsWith(prefix)) break
        found.push(record)
      }
      const next = found[limit]?.key
      return { records: found.slice(0, limit), ...(next === undefined ? {} : { next }) }
    },
    state: (): { incarnation: string; revision: Revision } => {
      const row = store.get()
      return {
        incarnation: row?.['incarnation'] as string,
        revision: row?.['revision'] as bigint,
      }
    },
  }
}

/**
 * Opens (or makes) the store at `path`. Refusals: `store_in_use`, `store_failed`. The directory
 * exists already.
 */
export const openSqliteStore = (
  path: string,
  options: { readonly entropy: Entropy },
): Result<Store> => {
  const opened = openDatabase(path, () => options.entropy.bytes(16))
  if (!opened.ok) return opened
  const database = opened.value
  const reads = createReads(database)
  const state = reads.state()
  const log = createChangeLog(state.revision)
  const files = watchStoreFiles(path)
  const queue = createCommitQueue(database, { log, opened: state.revision, files })

  const read = async <Value>(action: () => Value): Promise<Value> => {
    if (!queue.usable()) throw new StoreUnavailable('the store is closed or has failed')
    try {
      return action()
    } catch (error) {
      if (resultCodeOf(error) === undefined) throw error
      throw new StoreUnavailable('the store cannot be read')
    }
  }

  return accept({
    sharing: 'exclusive',
    // Whatever lies there now, it is not the store that was opened.
    incarnation: async () =>
      files.areOurs() ? read(() => state.incarnation) : `not ${state.incarnation}`,
    revision: async () => (files.areOurs() ? read(() => queue.revision()) : queue.revision()),
    get: (key) => read(() => reads.get(key)),
    scan: (prefix, page) =>
      read(() => ({ ...reads.scan(prefix, page), revision: queue.revision() })),
    commit: (batch) => queue.commit(batch),
    watch: (prefix, after) => log.watch(prefix, after),
    close: async () => {
      if (!database.isOpen) return
      queue.close()
      // SQLite would write its log over what was put there; the end of the process unlocks.
      if (files.areOurs()) database.close()
    },
  })
}
