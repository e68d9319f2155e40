/** Fields that are bytes in base64url: decoding them after this cannot fail. */
import { fromBase64Url } from './bytes.ts'
import { base64url } from './schema.ts'

const lengthOf = (text: string): number | undefined => {
  try {
    return fromBase64Url(text).length
  } catch {
    return undefined
  }
}

/** Exactly `length` bytes: keys and signatures. */
export const encodedBytes = (length: number) =>
  base64url.length(Math.ceil((length * 4) / 3)).refine((text) => lengthOf(text) === length)

/** At most `maxLength` bytes. */
export const encodedBytesUpTo = (maxLength: number) =>
  base64url
    .max(Math.ceil((maxLength * 4) / 3))
    .refine((text) => (lengthOf(text) ?? Number.POSITIVE_INFINITY) <= maxLength)
