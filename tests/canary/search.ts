/** Looks for many byte strings at once, in one pass over what may be large. */
import type { Needle } from './needles.ts'

export type Found = { readonly name: string; readonly at: number }

export type Search = {
  /** Names of what was found, each once, with the first offset. */
  in(hay: Uint8Array): readonly Found[]
}

const pairOf = (bytes: Uint8Array, at: number): number => bytes[at]! | (bytes[at + 1]! << 8)

const pageBytes = 4096

const zeros = Buffer.alloc(pageBytes)

/** Whether the whole page at an offset is zeros. */
const isZero = (hay: Buffer, at: number): boolean =>
  hay[at] === 0 &&
  at + pageBytes <= hay.length &&
  hay.compare(zeros, 0, pageBytes, at, at + pageBytes) === 0

/** By the first two bytes: what begins with no needle's pair is passed over. */
export const searchFor = (needles: readonly Needle[]): Search => {
  const byPair = new Map<number, Needle[]>()
  const known = new Uint8Array(65_536)
  for (const needle of needles) {
    if (needle.bytes.length < 6 || needle.bytes.length > pageBytes)
      throw new Error(`not of a length to look for: ${needle.name}`)
    const pair = pairOf(needle.bytes, 0)
    known[pair] = 1
    byPair.set(pair, [...(byPair.get(pair) ?? []), needle])
  }
  return {
    in: (hay) => {
      const buffer = Buffer.from(hay.buffer, hay.byteOffset, hay.length)
      const found = new Map<string, number>()
      for (let at = 0; at + 1 < hay.length; at += 1) {
        // Most memory of a process was never written.
        while (at % pageBytes === 0 && isZero(buffer, at)) at += pageBytes
        if (at + 1 >= hay.length) break
        const pair = hay[at]! | (hay[at + 1]! << 8)
        if (known[pair] === 0) continue
        for (const { name, bytes } of byPair.get(pair)!) {
          if (hay[at + 2] !== bytes[2] || hay[at + 3] !== bytes[3] || found.has(name)) continue
          const end = at + bytes.length
          if (end > hay.length) continue
          if (buffer.compare(bytes, 0, bytes.length, at, end) === 0) found.set(name, at)
        }
      }
      return [...found].map(([name, at]) => ({ name, at }))
    },
  }
}
