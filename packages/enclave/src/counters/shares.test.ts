import { ZoneId } from '@holdfast/base/ids'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { shareOf } from './shares.ts'

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
