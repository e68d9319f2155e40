/**
 * Notices a store that is another than before: its revisions only rise and its incarnation stays,
 * unless somebody has put an older copy in its place or forked it (DESIGN §7, boot rule).
 */
import { fail } from '@holdfast/base/errors'
import type { Revision, Store } from '../ports/store.ts'

export type FallWatch = {
  /** The highest revision that was seen so far: taken before a call, compared with its answer. */
  readonly seen: Revision
  /** Notes the revision in an answer; fails with `store_failed` where the store fell. */
  saw(revision: Revision, atLeast: Revision): void
  /** Fails with `store_failed` once the store has fallen: it tells another history now. */
  check(): void
  /** What follows the store found that it is not what it was. */
  fell(): void
  /** Asks the store itself; true where it is not the one that was opened. */
  hasFallen(): Promise<boolean>
}

export const createFallWatch = (
  store: Store,
  opened: { readonly incarnation: string; readonly revision: Revision },
  fell: () => void,
): FallWatch => {
  let seen = opened.revision
  let fallen = false
  const fall = (): void => {
    if (!fallen) fell()
    fallen = true
  }
  const check = (): void => {
    if (fallen) fail('store_failed', 'the store is an older one than before')
  }
  return {
    get seen() {
      return seen
    },
    check,
    fell: fall,
    saw: (revision, atLeast) => {
      if (revision < atLeast) fall()
      check()
      if (revision > seen) seen = revision
    },
    hasFallen: async () => {
      const before = seen
      const [incarnation, revision] = [await store.incarnation(), await store.revision()]
      if (incarnation !== opened.incarnation || revision < before) fall()
      else if (revision > seen) seen = revision
      return fallen
    },
  }
}
