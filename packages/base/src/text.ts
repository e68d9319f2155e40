/** Schemas of the text forms that wire messages share. */
import { z } from 'zod'

/** Lower-case hexadecimal of exactly `length` bytes. */
export const hexText = (length: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${length * 2}}$`), `not ${length} bytes of hexadecimal`)

/** Lower-case hexadecimal of any length up to `maxLength` bytes. */
export const hexTextUpTo = (maxLength: number) =>
  z
    .string()
    .max(maxLength * 2)
    .regex(/^(?:[0-9a-f]{2})*$/, 'not hexadecimal')

/** Base64url without padding, of at most `maxLength` bytes. */
export const base64UrlText = (maxLength: number) =>
  z
    .string()
    .max(Math.ceil((maxLength * 4) / 3))
    .regex(/^[A-Za-z0-9_-]*$/, 'not base64url')

/** RFC 3339 in UTC with whole seconds or milliseconds, of a moment that exists. */
export const timeText = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z$/, 'not a time in RFC 3339 and UTC')
  .refine((text) => {
    const at = new Date(text)
    return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.slice(0, 19))
  }, 'not a time that exists')
