/** Seeded randomness in separate streams: what one stream draws never shifts another. */
import { createHash } from 'node:crypto'
import type { Bytes } from '@holdfast/base/bytes'

export type Random = {
  /** In [0, 1). */
  unit(): number
  /** A whole number in [0, bound). */
  below(bound: number): number
  /** In [low, high). */
  between(low: number, high: number): number
  chance(probability: number): boolean
  pick<Value>(values: readonly Value[]): Value
  bytes(length: number): Bytes
}

/** sfc32 (Doty-Humphrey, PractRand; public domain): 128 bits of state, passes PractRand. */
const sfc32 = (state: Uint32Array): (() => number) => {
  let [a, b, c, counter] = state as unknown as [number, number, number, number]
  return () => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }
}

export const createRandom = (seed: number, stream: string): Random => {
  const digest = createHash('sha256').update(`holdfast simulation\0${seed}\0${stream}`).digest()
  const word = sfc32(Uint32Array.from([0, 4, 8, 12], (offset) => digest.readUInt32LE(offset)))
  for (let round = 0; round < 12; round += 1) word()
  const unit = (): number => word() / 2 ** 32
  const below = (bound: number): number => Math.floor(unit() * bound)
  return {
    unit,
    below,
    between: (low, high) => low + unit() * (high - low),
    chance: (probability) => unit() < probability,
    pick: (values) => {
      const value = values[below(values.length)]
      if (value === undefined) throw new Error('nothing to pick from')
      return value
    },
    bytes: (length) => Uint8Array.from({ length }, () => word() & 0xff),
  }
}
