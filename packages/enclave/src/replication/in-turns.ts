/** Runs work for many items, a bounded number at once. */

export type InTurns<Item> = {
  /** Settles when the item's turn has come, not when its work has ended. */
  run(item: Item): Promise<void>
  /** Settles when all has ended: false where any work said so. Throws what any of it threw. */
  ended(): Promise<boolean>
}

export const inTurns = <Item>(
  max: number,
  work: (item: Item) => Promise<boolean>,
): InTurns<Item> => {
  const running = new Set<Promise<void>>()
  let isWhole = true
  const failures: unknown[] = []
  return {
    run: async (item) => {
      while (running.size >= max) await Promise.race(running)
      const one: Promise<void> = work(item).then(
        (went) => {
          isWhole = isWhole && went
          running.delete(one)
        },
        (error: unknown) => {
          failures.push(error)
          running.delete(one)
        },
      )
      running.add(one)
    },
    ended: async () => {
      await Promise.all(running)
      const [failure] = failures
      if (failure !== undefined) throw failure
      return isWhole
    },
  }
}
