/** Seed phrase → entropy (BIP-39), on bytes: strings of JavaScript could not be erased. */
import type { Bytes } from '@holdfast/base/bytes'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import type { Secret } from '@holdfast/base/secret'
import type { Crypto } from '../../ports/crypto.ts'
import { phraseBytesMax } from '../limits.ts'
import { indexOf, lettersMax } from './word-table.ts'

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
const bitsPerWord = 11

/** Where the words begin and end. */
const split = (phrase: Bytes): readonly (readonly [number, number])[] => {
  const words: (readonly [number, number])[] = []
  let start: number | undefined
  for (let at = 0; at <= phrase.length; at += 1) {
    const inside = at < phrase.length && !isSpace(phrase[at] as number)
    if (inside) start ??= at
    else if (start !== undefined) {
      words.push([start, at])
      start = undefined
    }
  }
  return words
}

const writeBits = (bits: Bytes, word: number, index: number): void => {
  for (let bit = 0; bit < bitsPerWord; bit += 1) {
    const at = word * bitsPerWord + bit
    const value = (index >> (bitsPerWord - 1 - bit)) & 1
    bits[at >> 3] = (bits[at >> 3] as number) | (value << (7 - (at & 7)))
  }
}

const capitalA = 0x41
const capitalZ = 0x5a

/** Fills `bits` with the words' numbers; false where one is not in the list. */
const readWords = (
  phrase: Bytes,
  words: readonly (readonly [number, number])[],
  letters: Bytes,
  bits: Bytes,
): boolean =>
  words.every(([start, end], word) => {
    if (end - start > lettersMax) return false
    letters.fill(0)
    for (let at = start; at < end; at += 1) {
      const byte = phrase[at] as number
      letters[at - start] = byte >= capitalA && byte <= capitalZ ? byte | 0x20 : byte
    }
    const index = indexOf(letters)
    if (index >= 0) writeBits(bits, word, index)
    return index >= 0
  })

/**
 * The entropy of 12, 15, 18, 21 or 24 English words; white space and capitals do not matter.
 * Refusals: `bad_key` (number of words, or a word that is not in the list), `bad_checksum`.
 */
export const readPhrase = (untrustedPhrase: Bytes, crypto: Crypto): Result<Secret> => {
  if (untrustedPhrase.length > phraseBytesMax) {
    return refuse('bad_key', 'a seed phrase is not that long')
  }
  const words = split(untrustedPhrase)
  if (words.length < 12 || words.length > 24 || words.length % 3 !== 0) {
    return refuse('bad_key', 'a seed phrase has 12, 15, 18, 21 or 24 words')
  }
  using letters = crypto.secret(lettersMax)
  using bits = crypto.secret(33)
  return letters.use((word) =>
    bits.use((all) => {
      if (!readWords(untrustedPhrase, words, word, all)) {
        return refuse('bad_key', 'a word is not in the English list of BIP-39')
      }
      const length = (words.length * 4) / 3
      const spare = 8 - words.length / 3
      const digest = crypto.sha256(all.subarray(0, length))
      const right = (digest[0] as number) >> spare === (all[length] as number) >> spare
      digest.fill(0)
      if (!right) return refuse('bad_checksum', 'the checksum of the seed phrase is wrong')
      const entropy = crypto.secret(length)
      entropy.use((bytes) => bytes.set(all.subarray(0, length)))
      return accept(entropy)
    }),
  )
}
