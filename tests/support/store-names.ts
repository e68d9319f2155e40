/**
 * What lies in a node's store, read from a copy: the node holds the file alone while it runs. The
 * copy of a store that is being written may be of two moments; ask again then.
 */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/** The names of all records, sorted. */
export const storeNames = (nodeDir: string): readonly string[] => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'))
  try {
    for (const name of ['store.sqlite', 'store.sqlite-wal']) {
      const from = join(nodeDir, name)
      if (existsSync(from)) copyFileSync(from, join(folder, name))
    }
    const database = new DatabaseSync(join(folder, 'store.sqlite'))
    const rows = database.prepare('SELECT key FROM records ORDER BY key').all()
    database.close()
    return rows.map(({ key }) => String(key))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Those that zones of one placement have in common when nothing is owed any more. */
export const inventoryOf = (nodeDir: string): readonly string[] =>
  storeNames(nodeDir).filter((name) => /^(?:wallet|object|state|tomb)\//.test(name))
