/** Pages of an ordered index: what is behind an id, of one bucket or of all. */

export type InventoryPart<Id extends string> = {
  /** Only what comes behind it in the order of ids. */
  readonly after?: Id | undefined
  /** Only what belongs to wallets of this bucket (digests.ts). */
  readonly bucket?: number | undefined
  readonly limit: number
}

/** The place of the first id behind `after` in an ordered list. */
const firstBehind = (ordered: readonly string[], after: string): number => {
  let low = 0
  let high = ordered.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ordered[middle] ?? '') <= after) low = middle + 1
    else high = middle
  }
  return low
}

/** What `pick` finds for the ids of a part, in their order, at most `limit`. */
export const takePart = <Id extends string, Found>(
  ordered: readonly Id[],
  { after, limit }: InventoryPart<Id>,
  pick: (id: Id) => Found | undefined,
): readonly Found[] => {
  const found: Found[] = []
  const first = after === undefined ? 0 : firstBehind(ordered, after)
  for (let index = first; index < ordered.length && found.length < limit; index += 1) {
    const picked = pick(ordered[index] as Id)
    if (picked !== undefined) found.push(picked)
  }
  return found
}
