/**
 * Follows a shared store: read once by pages, then by a watch from the revision before the first
 * page. Events are applied in their order and at once; where the watch says `compacted`, all is
 * read anew.
 */
import { RefusalError } from '@holdfast/base/errors'
import { followPauseMs } from '../limits.ts'
import type { Clock } from '../ports/clock.ts'
import type { Revision, Store, StoreEvent, Watch } from '../ports/store.ts'
import { reading } from '../records/reading.ts'
import { type Followed, followedOf } from './followed.ts'

export type FollowOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly followed: readonly Followed[]
  /** The store is another one than before, or its revision fell: it was put back. */
  readonly rolledBack: () => void
}

export type Follower = {
  /** Fills what is followed. Refuses `store_failed`. */
  fill(): Promise<void>
  /** Follows from where `fill` began, until `stop`. */
  run(): Promise<void>
  /** The revision up to which everything is known. */
  position(): Revision
  /** Watches anew from where it is: the stream that it has is silent. */
  reopen(): void
  stop(): void
}

const revisionOf = (event: StoreEvent): Revision =>
  event.type === 'put' ? event.record.revision : event.revision

/** False where the store did not answer, or holds what this zone never sealed. */
const succeeds = async (action: () => Promise<void>): Promise<boolean> => {
  try {
    await action()
    return true
  } catch (error) {
    if (!(error instanceof RefusalError)) throw error
    return false
  }
}

export const createFollower = (options: FollowOptions): Follower => {
  const { store, clock, followed } = options
  let incarnation: string | undefined
  let position: Revision = 0n
  let watch: Watch | undefined
  let stopped = false
  let reopening = false
  const isRunning = (): boolean => !stopped

  const fill = async (): Promise<void> => {
    const [now, from] = await reading(
      async () => [await store.incarnation(), await store.revision()] as const,
    )
    if ((incarnation !== undefined && incarnation !== now) || from < position) {
      stopped = true
      options.rolledBack()
      return
    }
    incarnation = now
    for (const one of followed) await one.load(from)
    position = from
  }

  const apply = (event: StoreEvent): void => {
    const name = event.type === 'put' ? event.record.key : event.key
    const of = followedOf(followed, name)
    if (event.type === 'put') of?.put(event.record)
    else of?.deleted(name, event.revision)
    position = revisionOf(event)
  }

  /** One watch to its end; what a record refuses ends it, and all is read anew. */
  const follow = async (): Promise<void> => {
    reopening = false
    const opened = store.watch('', position)
    watch = opened
    try {
      for (;;) {
        const events = await opened.next()
        if (stopped || events === undefined || events === 'compacted') return
        if (reopening) return
        for (const event of events) apply(event)
      }
    } finally {
      opened.close()
    }
  }

  return {
    fill,
    run: async () => {
      while (isRunning()) {
        const ended = await succeeds(follow)
        if (ended && reopening) continue
        while (isRunning() && !(await succeeds(fill))) await clock.sleep(followPauseMs)
      }
    },
    position: () => position,
    reopen: () => {
      reopening = true
      watch?.close()
    },
    stop: () => {
      stopped = true
      watch?.close()
    },
  }
}
