/** mulberry32: the same transactions for the same seed, everywhere. */
export type Random = (below: number) => number

export const generator = (seed: number): Random => {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

export const randomHex = (random: Random, bytes: number): string =>
  Array.from({ length: bytes * 2 }, () => random(16).toString(16)).join('')

export const randomBytes = (random: Random, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => random(256))

export const pick = <Value>(random: Random, values: readonly Value[]): Value =>
  values[random(values.length)] as Value

export const times = <Value>(count: number, make: (index: number) => Value): readonly Value[] =>
  Array.from({ length: count }, (_, index) => make(index))
