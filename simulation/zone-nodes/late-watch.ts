/** The store of a simulated zone as its nodes share it: its watch is late, or silent. */
import type { Store, StoreEvent } from '@holdfast/enclave/ports/store'
import type { Scheduler } from '../scheduler.ts'

export type LateWatch = {
  /** How late the next events come; asked once for each. */
  readonly delayMs: () => number
  readonly isAlive: () => boolean
}

type Given = readonly StoreEvent[] | 'compacted' | undefined

export const withLateWatch = (
  store: Store,
  scheduler: Scheduler,
  { delayMs, isAlive }: LateWatch,
): Store => ({
  ...store,
  sharing: 'shared',
  watch: (prefix, after) => {
    const watch = store.watch(prefix, after)
    const closed = Promise.withResolvers<undefined>()
    const late = (given: Given): Promise<Given> =>
      new Promise((resolve) => {
        scheduler.after(delayMs(), 'watch gives', () => {
          if (isAlive()) resolve(given)
        })
      })
    return {
      next: async () => Promise.race([closed.promise, watch.next().then(late)]),
      close: () => {
        closed.resolve(undefined)
        watch.close()
      },
    }
  },
})
