import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineShares, splitKey } from './secret-sharing.ts'

/** FIPS 197 §4.2: multiplication modulo x⁸ + x⁴ + x³ + x + 1, written as the standard says it. */
const times = (left: number, right: number): number => {
  let product = 0
  let factor = left
  for (let bit = 0; bit < 8; bit += 1) {
    if ((right >> bit) & 1) product ^= factor
    factor = (factor << 1) ^ (factor & 0x80 ? 0x11b : 0)
  }
  return product
}
const inverse = (value: number): number => {
  for (let other = 1; other < 256; other += 1) if (times(value, other) === 1) return other
  throw new Error('zero has no inverse')
}

/** Lagrange's interpolation at zero, over shares of which the last byte is the coordinate. */
const interpolate = (shares: readonly Uint8Array[]): Uint8Array => {
  const at = (share: Uint8Array): number => share.at(-1) as number
  const weights = shares.map((share) =>
    shares
      .filter((other) => other !== share)
      .reduce(
        (weight, other) => times(weight, times(at(other), inverse(at(other) ^ at(share)))),
        1,
      ),
  )
  return Uint8Array.from({ length: (shares[0]?.length ?? 1) - 1 }, (_, byte) =>
    shares.reduce(
      (sum, share, index) => sum ^ times(share[byte] as number, weights[index] as number),
      0,
    ),
  )
}

describe('shares of a key', () => {
  it('multiply as the example of the standard does', () => {
    // FIPS 197 §4.2: {57} • {83} = {c1}; §4.2.1: {57} • {13} = {fe}.
    expect(times(0x57, 0x83)).toBe(0xc1)
    expect(times(0x57, 0x13)).toBe(0xfe)
  })

  it('are points of polynomials over the field of FIPS 197, which any quorum solves', async () => {
    const input = fc.record({
      key: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      count: fc.integer({ min: 2, max: 8 }),
      order: fc.infiniteStream(fc.nat()),
    })
    await fc.assert(
      fc.asyncProperty(input, fc.nat(), async ({ key, count, order }, drawn) => {
        const threshold = 2 + (drawn % (count - 1))
        const shares = [...(await splitKey(key, { count, threshold }))]
        const quorum = shares
          .toSorted(() => ((order.next().value as number) % 2 === 0 ? 1 : -1))
          .slice(0, threshold)
        expect(interpolate(quorum)).toEqual(key)
        expect(await combineShares(quorum)).toEqual({ ok: true, value: key })
      }),
      { numRuns: 60 },
    )
  })

  it('say nothing of the key when there is one too few', async () => {
    const key = new Uint8Array(32).fill(7)
    const shares = await splitKey(key, { count: 3, threshold: 3 })
    const less = await combineShares(shares.slice(0, 2))
    expect(less.ok && Buffer.compare(less.value, key)).not.toBe(0)
  })

  it('are refused twice, alone, of another length, or at the key’s own coordinate', async () => {
    const [first, second] = (await splitKey(new Uint8Array(32), { count: 2, threshold: 2 })) as [
      Uint8Array,
      Uint8Array,
    ]
    const atZero = Uint8Array.from(second)
    atZero[32] = 0
    for (const shares of [[first, first], [first], [first, second.subarray(1)], [first, atZero]]) {
      expect(await combineShares(shares)).toMatchObject({ refusal: { code: 'bad_share' } })
    }
  })
})
