/**
 * The store of a zone as a port. The store is hostile (DESIGN §3): what it returns is sealed, and
 * an outcome that it did not tell is `unknown` until a read resolves it.
 */
import type { Bytes } from '@holdfast/base/bytes'

/** Rises with every commit of a store; 0 before the first. */
export type Revision = bigint

export type StoredRecord = {
  readonly key: string
  readonly value: Bytes
  /** The revision of the commit that wrote this value. */
  readonly revision: Revision
}

/** Holds where the key has exactly this revision, or is absent. */
export type Condition = { readonly key: string; readonly revision: Revision | 'absent' }

export type Write =
  | { readonly type: 'put'; readonly key: string; readonly value: Bytes }
  | { readonly type: 'delete'; readonly key: string }

/** All writes happen in one transaction, if all conditions hold. A key stands once in `writes`. */
export type Batch = {
  readonly conditions: readonly Condition[]
  readonly writes: readonly Write[]
}

export type Outcome =
  | { readonly outcome: 'applied'; readonly revision: Revision }
  | { readonly outcome: 'not_applied'; readonly failed: readonly string[] }
  | { readonly outcome: 'unknown' }

export type Page = {
  readonly records: readonly StoredRecord[]
  /** Where the next page begins; absent after the last. */
  readonly next?: string
  /** The revision of the whole store when the page was read. */
  readonly revision: Revision
}

export type StoreEvent =
  | { readonly type: 'put'; readonly record: StoredRecord }
  | { readonly type: 'delete'; readonly key: string; readonly revision: Revision }

export type Watch = {
  /** The next events in order of revision, at least one; undefined once the watch was closed. */
  next(): Promise<readonly StoreEvent[] | 'compacted' | undefined>
  close(): void
}

/** `exclusive`: one node uses it at a time; `shared`: all nodes of its zone do. */
export type Sharing = 'exclusive' | 'shared'

/** Reads throw `StoreUnavailable`; commits never throw: they answer `unknown`. */
export type Store = {
  readonly sharing: Sharing
  /** Changes when the store is another than before (a new file, a restored cluster). */
  incarnation(): Promise<string>
  revision(): Promise<Revision>
  get(key: string): Promise<StoredRecord | undefined>
  /**
   * Commits that do not wait for each other have no order. `deadlineMs` is when its caller needs no
   * answer any more: a store that has others to ask then asks another the next time.
   */
  commit(batch: Batch, options?: { readonly deadlineMs: number }): Promise<Outcome>
  /** Keys that begin with `prefix`, in byte order, at most `limit`. */
  scan(prefix: string, options: { readonly limit: number; readonly from?: string }): Promise<Page>
  /** Events of revisions above `after`. */
  watch(prefix: string, after: Revision): Watch
  close(): Promise<void>
}

export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}
