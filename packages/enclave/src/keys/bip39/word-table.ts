/** The English word list of BIP-39 as bytes: eight letters a word, filled up with zeros. */
import type { Bytes } from '@holdfast/base/bytes'
import { wordlist } from '@scure/bip39/wordlists/english.js'

export const lettersMax = 8
const words = 2048

const table: Bytes = Uint8Array.from(
  wordlist.flatMap((word) =>
    Array.from({ length: lettersMax }, (_, at) => (at < word.length ? word.charCodeAt(at) : 0)),
  ),
)

/** The letters of a word, with the zeros that fill it up. */
export const lettersOf = (index: number): Bytes =>
  table.subarray(index * lettersMax, (index + 1) * lettersMax)

/** The number of a word of eight bytes, −1 for none. Reads the whole table, whatever the word. */
export const indexOf = (letters: Bytes): number => {
  let found = -1
  for (let index = 0; index < words; index += 1) {
    let difference = 0
    for (let at = 0; at < lettersMax; at += 1) {
      difference |= (table[index * lettersMax + at] as number) ^ (letters[at] as number)
    }
    // All ones where the word is this one, else zero: no branch depends on the secret.
    const same = (difference - 1) >> 31
    found = (found & ~same) | (index & same)
  }
  return found
}
