/** The last commits of a store in memory, so that watches can follow them. Bounded. */
import type { Revision, StoreEvent, Watch } from '@holdfast/enclave/ports/store'
import { watchEventsPerPageMax, watchLogBytesMax } from '../../limits.ts'

type Commit = {
  readonly revision: Revision
  readonly events: readonly StoreEvent[]
  readonly bytes: number
}

export type ChangeLog = {
  /** The events of one commit; revisions rise. */
  append(revision: Revision, events: readonly StoreEvent[]): void
  watch(prefix: string, after: Revision): Watch
  /** Ends every watch. */
  close(): void
}

const keyOf = (event: StoreEvent): string => (event.type === 'put' ? event.record.key : event.key)

const sizeOf = (event: StoreEvent): number =>
  64 + keyOf(event).length * 2 + (event.type === 'put' ? event.record.value.length : 0)

/** Index of the first commit above a revision. */
const firstAbove = (commits: readonly Commit[], revision: Revision): number => {
  let low = 0
  let high = commits.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((commits[middle] as Commit).revision > revision) high = middle
    else low = middle + 1
  }
  return low
}

/** Older commits than `opened` are not known: watches from before it answer `compacted`. */
export const createChangeLog = (opened: Revision): ChangeLog => {
  const commits: Commit[] = []
  const watches = new Set<Watch>()
  const waiting = new Set<() => void>()
  let bytes = 0
  let floor = opened
  let latest = opened
  let closed = false

  const wake = (): void => {
    const resolves = [...waiting]
    waiting.clear()
    for (const resolve of resolves) resolve()
  }

  const openWatch = (prefix: string, after: Revision): Watch => {
    let position = after
    let ended = closed
    const take = (): StoreEvent[] => {
      const events: StoreEvent[] = []
      for (let index = firstAbove(commits, position); index < commits.length; index += 1) {
        const commit = commits[index] as Commit
        events.push(...commit.events.filter((event) => keyOf(event).startsWith(prefix)))
        position = commit.revision
        if (events.length >= watchEventsPerPageMax) break
      }
      return events
    }
    const watch: Watch = {
      next: async () => {
        for (;;) {
          if (ended) return undefined
          if (position < floor || position > latest) {
            watch.close()
            return 'compacted'
          }
          const events = take()
          if (events.length > 0) return events
          await new Promise<void>((resolve) => waiting.add(resolve))
        }
      },
      close: () => {
        ended = true
        watches.delete(watch)
        wake()
      },
    }
    watches.add(watch)
    return watch
  }

  return {
    append: (revision, events) => {
      const size = events.reduce((sum, event) => sum + sizeOf(event), 0)
      commits.push({ revision, events, bytes: size })
      bytes += size
      latest = revision
      while (bytes > watchLogBytesMax) {
        const oldest = commits.shift() as Commit
        bytes -= oldest.bytes
        floor = oldest.revision
      }
      wake()
    },
    watch: openWatch,
    close: () => {
      closed = true
      for (const watch of watches) watch.close()
    },
  }
}
