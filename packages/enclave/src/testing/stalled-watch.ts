/** A store whose watches fall silent on demand, while its reads and commits go on. */
import type { Store, StoreEvent } from '../ports/store.ts'

export type StallableStore = { readonly store: Store; stall(isStalled: boolean): void }

export const stallable = (store: Store): StallableStore => {
  let stalled: PromiseWithResolvers<void> | undefined
  return {
    stall: (isStalled) => {
      if (isStalled) stalled ??= Promise.withResolvers<void>()
      else {
        stalled?.resolve()
        stalled = undefined
      }
    },
    store: {
      ...store,
      watch: (prefix, after) => {
        const watch = store.watch(prefix, after)
        return {
          next: async (): Promise<readonly StoreEvent[] | 'compacted' | undefined> => {
            const events = await watch.next()
            await stalled?.promise
            return events
          },
          close: () => watch.close(),
        }
      },
    },
  }
}
