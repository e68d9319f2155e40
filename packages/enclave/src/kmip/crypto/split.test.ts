import { fromHex, toHex } from '@holdfast/base/bytes'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { testEntropy } from '../../crypto/testing/test-crypto.ts'
import { joinKey, splitKey } from './split.ts'

const shareOf = (bytes: Uint8Array, index: number) => ({ part: index + 1, bytes })

describe('parts of a key', () => {
  it('join as the published shares do (KMIP 1.2 use case TC-SJ-3)', () => {
    const shares = [
      { part: 1, bytes: fromHex('66C46A7754F94DE420C7B1A7FFF5EC56') },
      { part: 3, bytes: fromHex('A855B891F61AD9217240D8EC061E37DA') },
    ]
    const joined = joinKey(shares, 'PolynomialSharingGF2_8')
    expect(toHex(joined)).toBe('0102030405060708090a0b0c0d0e0f10')
  })

  it('join from any threshold of them', () => {
    const secrets = fc.uint8Array({ minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(secrets, fc.integer({ min: 2, max: 9 }), fc.nat(), (secret, parts, seed) => {
        const threshold = 2 + (seed % (parts - 1))
        const how = { method: 'PolynomialSharingGF2_8', parts, threshold } as const
        const shares = splitKey(testEntropy, secret, how).map(shareOf)
        const start = seed % (parts - threshold + 1)
        const chosen = shares.slice(start, start + threshold)
        expect(joinKey(chosen, how.method)).toEqual(secret)
      }),
      { numRuns: 50 },
    )
  })

  it('of XOR need all of them', () => {
    const secret = testEntropy.bytes(16)
    const how = { method: 'XOR', parts: 4, threshold: 4 } as const
    const shares = splitKey(testEntropy, secret, how).map(shareOf)
    expect(joinKey(shares, 'XOR')).toEqual(secret)
    expect(joinKey(shares.slice(1), 'XOR')).not.toEqual(secret)
  })

  it('are refused where two are the same', () => {
    const share = { part: 1, bytes: testEntropy.bytes(16) }
    expect(() => joinKey([share, share], 'PolynomialSharingGF2_8')).toThrow('belong together')
  })
})
