/** What a majority of clocks says: an interval that no minority of them can move (DESIGN §6). */

/** One zone's word: its clock stood at or after `fromMs`, and stands at or before `toMs` now. */
export type Reading = { readonly fromMs: number; readonly toMs: number }

export type Interval = { readonly earliestMs: number; readonly latestMs: number }

export const majorityOf = (count: number): number => Math.floor(count / 2) + 1

/**
 * The interval that a majority of `count` zones stands behind, of the readings that there are.
 * A majority says that it is at least `earliestMs`, and a majority says that it is at most
 * `latestMs`: where fewer than half of the clocks are wrong, a right one is in each. Undefined
 * where no majority has spoken.
 *
 *     agree(3, [at(12_00), at(12_01), at(99_99)]) // { earliestMs: 12_01, latestMs: 12_01 }
 */
export const agree = (count: number, readings: readonly Reading[]): Interval | undefined => {
  const needed = majorityOf(count)
  if (readings.length < needed) return undefined
  const from = readings.map(({ fromMs }) => fromMs).toSorted((left, right) => right - left)
  const to = readings.map(({ toMs }) => toMs).toSorted((left, right) => left - right)
  const earliestMs = from[needed - 1]
  const latestMs = to[needed - 1]
  if (earliestMs === undefined || latestMs === undefined) return undefined
  return { earliestMs: Math.min(earliestMs, latestMs), latestMs: Math.max(earliestMs, latestMs) }
}
