/** Every form in which a secret could lie somewhere: what a search for it looks for. */
import { base58 } from '@scure/base'

export type Needle = { readonly name: string; readonly bytes: Buffer }

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16()

/** Texts are looked for in UTF-8 and both orders of UTF-16. */
const textForms = (name: string, text: string): Needle[] => [
  { name, bytes: Buffer.from(text, 'utf8') },
  { name: `${name}, UTF-16LE`, bytes: Buffer.from(text, 'utf16le') },
  { name: `${name}, UTF-16BE`, bytes: utf16be(text) },
]

/**
 * Base64 of bytes that stand at any offset in a longer value: the characters that hold bits of
 * their neighbours are left out.
 */
const base64Forms = (name: string, bytes: Buffer, form: 'base64' | 'base64url'): Needle[] =>
  [0, 1, 2].flatMap((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString(form)
      .replaceAll('=', '')
    const from = Math.ceil((shift * 4) / 3)
    const whole = Math.floor(((shift + bytes.length) * 8) / 6)
    return textForms(`${name}, ${form} at ${shift}`, text.slice(from, whole))
  })

const bytesForms = (name: string, bytes: Buffer): Needle[] => {
  const hex = bytes.toString('hex')
  return [
    { name: `${name}, raw`, bytes },
    { name: `${name}, reversed`, bytes: Buffer.from(Uint8Array.from(bytes).toReversed()) },
    ...textForms(`${name}, hex`, hex),
    ...textForms(`${name}, HEX`, hex.toUpperCase()),
    ...textForms(`${name}, bytes as JSON`, [...bytes].join(',')),
    ...base64Forms(name, bytes, 'base64'),
    ...base64Forms(name, bytes, 'base64url'),
  ]
}

/** Halves too: a copy that was overwritten in part is a copy. */
export const bytesNeedles = (name: string, secret: Uint8Array): Needle[] => {
  const bytes = Buffer.from(secret)
  const middle = Math.ceil(bytes.length / 2)
  return [
    ...bytesForms(`${name}, first half`, bytes.subarray(0, middle)),
    ...bytesForms(`${name}, second half`, bytes.subarray(middle)),
    ...textForms(`${name}, base58`, base58.encode(bytes)),
  ]
}

/** A text, and its UTF-8 as bytes. */
export const textNeedles = (name: string, text: string): Needle[] => [
  ...textForms(`${name}, text`, text),
  ...bytesNeedles(name, Buffer.from(text, 'utf8')),
]

const run = 3

/** Any few words of a phrase that stand together, however they are parted. */
export const phraseNeedles = (name: string, words: readonly string[]): Needle[] => {
  const needles: Needle[] = textNeedles(name, words.join(' '))
  for (let at = 0; at + run <= words.length; at += 1) {
    const some = words.slice(at, at + run)
    for (const parting of [' ', '\n', ',', ', ', '","', '', '\0']) {
      needles.push(...textForms(`${name}, words ${at}–${at + run}`, some.join(parting)))
    }
  }
  return needles
}
