/** Text of a message for people, where it is text. */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { detailCharactersMax } from './limits.ts'

/** Characters that are not shown, or that turn the order of the others around (Trojan Source). */
const unreadable = /(?![\t\n\r])[\p{Cc}\p{Cn}\p{Co}\p{Cs}\p{Bidi_Control}]/u

/** At most `detailCharactersMax` of a text. */
export const shortened = (text: string): string => text.slice(0, detailCharactersMax).toWellFormed()

/** The beginning of the text, or undefined for bytes that people cannot read. */
export const readableText = (bytes: Bytes): string | undefined => {
  try {
    const text = fromUtf8(bytes)
    return unreadable.test(text) ? undefined : shortened(text)
  } catch {
    return undefined
  }
}
