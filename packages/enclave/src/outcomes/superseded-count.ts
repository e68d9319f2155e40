/** How many changes were left behind in this zone since the node has booted: for its operator. */
export type SupersededCount = {
  readonly add: (changes: number) => void
  readonly value: () => number
}

export const createSupersededCount = (): SupersededCount => {
  let count = 0
  return {
    add: (changes) => {
      count += changes
    },
    value: () => count,
  }
}
