/** Opens the file of a zone's store for this process alone, durable at every commit. */
import { DatabaseSync } from 'node:sqlite'
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { attempt, fail, type Result } from '@holdfast/base/errors'

/** `HFST`: marks the file as a store of ours (SQLite file format §1.2.17). */
const applicationId = 0x48465354
const formatVersion = 1

/** SQLite result codes, the low byte of the extended ones. */
export const resultCodes = { busy: 5, full: 13, notADatabase: 26 } as const

export const resultCodeOf = (error: unknown): number | undefined => {
  const code = (error as { readonly errcode?: unknown }).errcode
  return typeof code === 'number' ? code & 0xff : undefined
}

const valueOf = (database: DatabaseSync, pragma: string): unknown =>
  Object.values(database.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]

/** Sets a pragma and makes sure that it took: SQLite ignores what it cannot do in silence. */
const require = (database: DatabaseSync, pragma: string, value: string, means = value): void => {
  database.exec(`PRAGMA ${pragma} = ${value}`)
  const actual = valueOf(database, pragma)
  if (String(actual) !== means) fail('store_failed', `the store cannot have ${pragma} ${value}`)
}

const create = (database: DatabaseSync, incarnation: Bytes): void => {
  database.exec(`
    PRAGMA application_id = ${applicationId};
    PRAGMA user_version = ${formatVersion};
    CREATE TABLE records (
      key TEXT PRIMARY KEY NOT NULL,
      revision INTEGER NOT NULL,
      value BLOB NOT NULL
    ) STRICT;
    CREATE TABLE store (incarnation TEXT NOT NULL, revision INTEGER NOT NULL) STRICT;
  `)
  database.prepare('INSERT INTO store VALUES (?, 0)').run(toHex(incarnation))
}

const prepare = (database: DatabaseSync, path: string, incarnation: () => Bytes): void => {
  // Exclusive before WAL: without shared memory no other process can join (SQLite WAL §8), and
  // inside an enclave the file stays sound (FACTS: Gramine).
  require(database, 'locking_mode', 'exclusive')
  require(database, 'journal_mode', 'wal')
  // One fsync of the log for each commit.
  require(database, 'synchronous', 'full', '2')
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON')
  database.exec('BEGIN EXCLUSIVE')
  const application = valueOf(database, 'application_id')
  const tables = database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()
  if (application === 0 && tables?.['count'] === 0) create(database, incarnation())
  else if (application !== applicationId) fail('store_failed', 'the file is no store', path)
  else if (valueOf(database, 'user_version') !== formatVersion) {
    fail('store_failed', 'the store has the format of another version', path)
  }
  database.exec('COMMIT')
}

/**
 * The database, locked until it is closed. Refusals: `store_in_use` where another process (or
 * another store of this one) has it, `store_failed` where the file is something else or cannot be
 * opened.
 */
export const openDatabase = (path: string, incarnation: () => Bytes): Result<DatabaseSync> =>
  attempt(() => {
    let database: DatabaseSync | undefined
    try {
      database = new DatabaseSync(path, { timeout: 0 })
      prepare(database, path, incarnation)
      return database
    } catch (error) {
      database?.close()
      const code = resultCodeOf(error)
      if (code === undefined) throw error
      if (code === resultCodes.busy)
        return fail('store_in_use', 'another process has the store', path)
      if (code === resultCodes.notADatabase)
        return fail('store_failed', 'the file is no store', path)
      return fail('store_failed', `the store cannot be opened (SQLite ${code})`, path)
    }
  })
