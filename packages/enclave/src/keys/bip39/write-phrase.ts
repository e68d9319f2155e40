/** Entropy → seed phrase (BIP-39), as bytes in locked memory. */
import type { Bytes } from '@holdfast/base/bytes'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { lettersMax, lettersOf } from './word-table.ts'

const bitsPerWord = 11
const space = 0x20

const readBits = (bits: Bytes, word: number): number => {
  let index = 0
  for (let bit = word * bitsPerWord; bit < (word + 1) * bitsPerWord; bit += 1) {
    index = (index << 1) | (((bits[bit >> 3] as number) >> (7 - (bit & 7))) & 1)
  }
  return index
}

/** Writes the words of `bits` with single spaces; the length of the text. */
const writeWords = (bits: Bytes, words: number, text: Bytes): number => {
  let at = 0
  for (let word = 0; word < words; word += 1) {
    if (word > 0) {
      text[at] = space
      at += 1
    }
    for (const letter of lettersOf(readBits(bits, word))) {
      if (letter === 0) break
      text[at] = letter
      at += 1
    }
  }
  return at
}

/** The phrase of 16 to 32 bytes of entropy. The caller disposes of it. */
export const writePhrase = (entropy: Bytes, crypto: Crypto): Secret => {
  const words = (entropy.length * 3) / 4
  using bits = crypto.secret(33)
  using text = crypto.secret(24 * (lettersMax + 1))
  return bits.use((all) =>
    text.use((letters) => {
      all.set(entropy)
      const digest = crypto.sha256(entropy)
      all[entropy.length] = digest[0] as number
      digest.fill(0)
      const length = writeWords(all, words, letters)
      const phrase = crypto.secret(length)
      phrase.use((bytes) => bytes.set(letters.subarray(0, length)))
      return phrase
    }),
  )
}
