/** Commits in the order of arrival, those of one turn in one transaction (group commit). */
import type { DatabaseSync } from 'node:sqlite'
import type { Batch, Outcome, Revision } from '@holdfast/enclave/ports/store'
import { commitGroupMax } from '../../limits.ts'
import { checkBatch } from '../check-batch.ts'
import type { ChangeLog } from './change-log.ts'
import { commitGroups } from './commit-group.ts'
import { resultCodeOf, resultCodes } from './open-database.ts'
import type { StoreFiles } from './store-files.ts'

type Waiting = { readonly batch: Batch; readonly settle: (outcome: Outcome) => void }

export type CommitQueue = {
  commit(batch: Batch): Promise<Outcome>
  /** The revision of the last commit. */
  revision(): Revision
  /** False once it was closed, or failed in a way that only a restart can read. */
  usable(): boolean
  /** Commits what waits, then takes no more. */
  close(): void
}

export const createCommitQueue = (
  database: DatabaseSync,
  options: { readonly log: ChangeLog; readonly opened: Revision; readonly files: StoreFiles },
): CommitQueue => {
  const { log, files } = options
  const commitGroup = commitGroups(database)
  let revision = options.opened
  let waiting: Waiting[] = []
  let scheduled: NodeJS.Immediate | undefined
  let usable = true

  const rollBack = (error: unknown): void => {
    try {
      if (database.isTransaction) database.exec('ROLLBACK')
      files.wrote()
      // A full disk can be mended while the node runs; any other fault leaves the end open, and
      // after a failed fsync a later one may lie: only a restart reads what is really there.
      if (resultCodeOf(error) === resultCodes.full) return
    } catch {
      // The transaction is in doubt: below.
    }
    usable = false
    log.close()
  }

  const run = (group: readonly Waiting[]): readonly Outcome[] => {
    // What was put in their place must not be written over by pages of the files before.
    if (!usable || !files.areOurs()) return []
    try {
      const done = commitGroup(
        group.map(({ batch }) => batch),
        revision,
      )
      // Written to files that are in their place no more: nobody would find it.
      if (!files.wrote()) return []
      revision = done.revision
      for (const commit of done.commits) log.append(commit.revision, commit.events)
      return done.outcomes
    } catch (error) {
      rollBack(error)
      return []
    }
  }

  const flush = (): void => {
    scheduled = undefined
    const group = waiting.slice(0, commitGroupMax)
    waiting = waiting.slice(commitGroupMax)
    if (waiting.length > 0) scheduled = setImmediate(flush)
    const outcomes = run(group)
    for (const [index, { settle }] of group.entries()) {
      settle(outcomes[index] ?? { outcome: 'unknown' })
    }
  }

  return {
    commit: async (batch) => {
      checkBatch(batch)
      if (!usable) return { outcome: 'unknown' }
      return new Promise((settle) => {
        waiting.push({ batch, settle })
        // After the input of this turn was read: what arrived together shares one fsync.
        scheduled ??= setImmediate(flush)
      })
    },
    revision: () => revision,
    usable: () => usable,
    close: () => {
      while (waiting.length > 0) {
        clearImmediate(scheduled)
        flush()
      }
      usable = false
      log.close()
    },
  }
}
