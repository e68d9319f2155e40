/** ISO 8601 texts of times, as XML and JSON messages carry them. */
import { fail } from '@holdfast/base/errors'

const pattern =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})$/

// The years that four digits can say; other times are written as hexadecimal numbers.
const secondsMin = -62_167_219_200n
const secondsMax = 253_402_300_799n

const offsetSeconds = (zone: string): number => {
  if (zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4))
  if (hours > 14 || minutes > 59) fail('malformed', 'a time has no such offset')
  return (zone.startsWith('-') ? -60 : 60) * (hours * 60 + minutes)
}

/** Microseconds since 1970 of a text; `malformed` where there is no such time. */
export const microsecondsOf = (text: string): bigint => {
  const match = pattern.exec(text)
  if (match === null) return fail('malformed', 'a time is not in ISO 8601')
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  // A day that the month has not shows in the month.
  if (
    date.getUTCMonth() !== month - 1 ||
    date.getUTCHours() !== hour ||
    date.getUTCMinutes() !== minute ||
    date.getUTCSeconds() !== second
  ) {
    fail('malformed', 'there is no such time')
  }
  const seconds = BigInt(date.getTime() / 1000 - offsetSeconds(match[8] as string))
  return seconds * 1_000_000n + BigInt((match[7] ?? '').padEnd(6, '0'))
}

/** Text of whole seconds since 1970 in UTC, or undefined where four-digit years cannot say it. */
export const secondsText = (seconds: bigint): string | undefined => {
  if (seconds < secondsMin || seconds > secondsMax) return undefined
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}+00:00`
}

/** Text of microseconds since 1970 in UTC, or undefined where four-digit years cannot say it. */
export const microsecondsText = (microseconds: bigint): string | undefined => {
  const fraction = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const text = secondsText((microseconds - fraction) / 1_000_000n)
  return text?.replace('+', `.${fraction.toString().padStart(6, '0')}+`)
}
