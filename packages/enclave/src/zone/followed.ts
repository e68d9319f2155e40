/** What a node keeps in memory of its zone's store, by the prefix of the records' names. */
import type { Revision, StoredRecord } from '../ports/store.ts'

export type Followed = {
  readonly prefix: string
  /**
   * Reads all of it anew: what was kept, is not found, and was written at `asOf` or earlier, is
   * gone. Refuses `store_failed`.
   */
  load(asOf: Revision): Promise<void>
  /**
   * A record was written, here or by another node of the zone; nothing in here waits. What is
   * known from a later revision stands. Refuses `store_failed` where the record does not open.
   */
  put(untrusted: StoredRecord): void
  /** A record was deleted. */
  deleted(name: string, revision: Revision): void
}

/** The entry of the longest matching prefix comes first in the list. */
export const followedOf = (list: readonly Followed[], name: string): Followed | undefined =>
  list.find(({ prefix }) => name.startsWith(prefix))
