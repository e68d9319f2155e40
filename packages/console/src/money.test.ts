import { describe, expect, it } from 'vitest'
import { units } from './money.ts'

describe('an amount that a person types', () => {
  it('is a whole number of the smallest unit', () => {
    expect(units('0', 18)).toBe(0n)
    expect(units('1.5', 18)).toBe(15n * 10n ** 17n)
    expect(units('0.000000000000000001', 18)).toBe(1n)
    expect(units('12', 9)).toBe(12_000_000_000n)
  })

  it('is refused in any other form', () => {
    for (const text of ['', '-1', '1.', '.5', '1e3', '1,5', ' 1', '0.0000000000000000001']) {
      expect(() => units(text, 18), text).toThrow('invalid_field')
    }
  })
})
