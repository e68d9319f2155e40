/** Points in time as the wire writes them: RFC 3339 in UTC. */
import { fail } from './errors.ts'

/** Milliseconds since 1970-01-01T00:00:00Z; `invalid_field` for a day that there is not. */
export const parseTimestamp = (text: string): number => {
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? fail('invalid_field', 'no such point in time') : milliseconds
}

export const formatTimestamp = (milliseconds: number): string =>
  new Date(milliseconds).toISOString()
