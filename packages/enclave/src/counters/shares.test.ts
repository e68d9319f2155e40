import { ZoneId } from '@holdfast/base/ids'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareIn, shareOf } from './shares.ts'

const names = ['eu-west', 'us-east', 'ap-south', 'sa-east', 'eu-north'].map((name) => ZoneId(name))

describe('the shares of a limit', () => {
  it('add up to the limit, are the same in any order of the zones, and nearly equal', () => {
    const zones = fc.shuffledSubarray(names, { minLength: 1 })
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), zones, (limit, placed) => {
        const shares = placed.map((zone) => shareOf(limit, placed, zone))
        expect(shares.reduce((sum, share) => sum + share, 0n)).toBe(limit)
        expect(placed.map((zone) => shareOf(limit, placed.toReversed(), zone))).toEqual(shares)
        for (const share of shares)
          expect(share - limit / BigInt(placed.length)).toBeOneOf([0n, 1n])
      }),
    )
  })

  it('are nothing for a zone outside the placement', () => {
    expect(shareOf(10n, names.slice(0, 2), ZoneId('ap-south'))).toBe(0n)
  })
})

describe('the shares of a wallet that moved', () => {
  const [first, second] = [names.slice(0, 3), names.slice(1, 5)]
  const placement = { constraints: {}, zones: second, durability: 1 }
  const moved = (until?: string) => ({
    epoch: 1,
    version: 2,
    shares: [{ zones: first, ...(until !== undefined && { until }) }],
  })
  const counter = { limit: 100n, lengthMs: 60_000 }
  const sum = (until: string | undefined, window: number): bigint =>
    names.reduce(
      (total, zone) =>
        total + shareIn({ placement, moved: moved(until) }, counter, { zone, window }),
      0n,
    )

  it('are no more than before in windows that may be open, and nothing for zones that join', () => {
    for (const zone of names) {
      const share = shareIn({ placement, moved: moved() }, counter, { zone, window: 9 })
      expect(share <= shareOf(100n, first, zone)).toBe(true)
      expect(share <= shareOf(100n, second, zone)).toBe(true)
    }
  })

  it('are those of the new zones in windows that begin after it was settled', () => {
    expect(sum('1970-01-01T00:10:00Z', 9)).toBeLessThan(100n)
    expect(sum('1970-01-01T00:10:00Z', 10)).toBe(100n)
  })
})
