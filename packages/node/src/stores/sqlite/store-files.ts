/**
 * Notices that the files of a store are no longer those that this process wrote last. SQLite does
 * not look: under an exclusive lock it goes on from memory, and writes into a file that has no name
 * any more, or over one that somebody has put back.
 */
import { statSync } from 'node:fs'

export type StoreFiles = {
  /** False for good once somebody else wrote to them or put others in their place. */
  areOurs(): boolean
  /** After a write of this process: what they are now counts, unless they are other files. */
  wrote(): boolean
}

type Mark = { readonly file: string; readonly content: string }

const absent: Mark = { file: 'absent', content: '' }

/** Nothing is opened: closing any descriptor of the file would drop the lock on it (POSIX). */
const markOf = (path: string): Mark => {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (found === undefined) return absent
  return { file: `${found.dev}:${found.ino}`, content: `${found.size}:${found.mtimeNs}` }
}

/** The log is made by the first write, and kept until the store is closed. */
const isSameFile = (before: Mark, now: Mark): boolean =>
  now.file === before.file || before.file === absent.file

export const watchStoreFiles = (path: string): StoreFiles => {
  const paths = [path, `${path}-wal`]
  const marks = (): readonly Mark[] => paths.map(markOf)
  let last = marks()
  let ours = true
  const compare = (isSame: (before: Mark, now: Mark) => boolean): readonly Mark[] => {
    const now = marks()
    if (now.some((mark, index) => !isSame(last[index] ?? absent, mark))) ours = false
    return now
  }
  return {
    areOurs: () => {
      if (ours) compare((before, now) => before.file === now.file && before.content === now.content)
      return ours
    },
    wrote: () => {
      if (ours) last = compare(isSameFile)
      return ours
    },
  }
}
