/** One transaction for several commits, each judged in turn with an outcome of its own. */
import type { DatabaseSync } from 'node:sqlite'
import { assert } from '@holdfast/base/errors'
import type { Batch, Outcome, Revision, StoreEvent } from '@holdfast/enclave/ports/store'

export type CommittedGroup = {
  readonly outcomes: readonly Outcome[]
  /** The commits that wrote, in order. */
  readonly commits: readonly { readonly revision: Revision; readonly events: StoreEvent[] }[]
  readonly revision: Revision
}

/**
 * Returns a function that runs a group in one transaction. It throws where SQLite does: then the
 * transaction was rolled back or its end is not known.
 */
export const commitGroups = (
  database: DatabaseSync,
): ((batches: readonly Batch[], before: Revision) => CommittedGroup) => {
  const revisionOf = database.prepare('SELECT revision FROM records WHERE key = ?')
  revisionOf.setReadBigInts(true)
  const put = database.prepare(
    `INSERT INTO records (key, revision, value) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET revision = excluded.revision, value = excluded.value`,
  )
  const remove = database.prepare('DELETE FROM records WHERE key = ?')
  const setRevision = database.prepare('UPDATE store SET revision = ?')

  const failedConditions = (batch: Batch): string[] =>
    batch.conditions
      .filter(({ key, revision }) => (revisionOf.get(key)?.['revision'] ?? 'absent') !== revision)
      .map(({ key }) => key)

  const write = (batch: Batch, revision: Revision): StoreEvent[] => {
    const events: StoreEvent[] = []
    for (const entry of batch.writes) {
      if (entry.type === 'put') {
        // The caller may reuse its buffer; watches keep the copy.
        const record = { key: entry.key, value: Uint8Array.from(entry.value), revision }
        put.run(record.key, revision, record.value)
        events.push({ type: 'put', record })
      } else if (Number(remove.run(entry.key).changes) > 0) {
        events.push({ type: 'delete', key: entry.key, revision })
      }
    }
    return events
  }

  return (batches, before) => {
    const outcomes: Outcome[] = []
    const commits: { revision: Revision; events: StoreEvent[] }[] = []
    let revision = before
    database.exec('BEGIN IMMEDIATE')
    for (const batch of batches) {
      const failed = failedConditions(batch)
      if (failed.length > 0) {
        outcomes.push({ outcome: 'not_applied', failed })
        continue
      }
      const events = write(batch, revision + 1n)
      if (events.length > 0) {
        revision += 1n
        commits.push({ revision, events })
      }
      outcomes.push({ outcome: 'applied', revision })
    }
    if (revision !== before) setRevision.run(revision)
    database.exec('COMMIT')
    assert(outcomes.length === batches.length, 'every commit has an outcome')
    return { outcomes, commits, revision }
  }
}
