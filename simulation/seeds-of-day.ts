/** Which seeds are tried today: others than yesterday, and than any day before. */

const dayMs = 86_400_000
export const seedsPerDay = 10_000

/** The first of the day's seeds. */
export const seedOfDay = (nowMs: number): number => Math.floor(nowMs / dayMs) * seedsPerDay
