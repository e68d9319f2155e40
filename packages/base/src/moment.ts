/** A point in time on the wire that exists: `2026-02-30T00:00:00Z` has the form and is none. */
import { timestamp } from './schema.ts'

export const moment = timestamp.refine((text) => {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 19))
})

/** Milliseconds since 1970 of a text that `moment` has checked. */
export const momentMs = (text: string): number => Date.parse(text)
