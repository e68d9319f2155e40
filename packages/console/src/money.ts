/** Decimal texts of people as whole numbers of the smallest unit. */
import { fail } from '@holdfast/base/errors'

/** `units('1.5', 18)` is 15 × 10^17. Fails with `invalid_field`. */
export const units = (text: string, decimals: number): bigint => {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
  const fraction = match?.[2] ?? ''
  if (match === null || fraction.length > decimals) {
    return fail('invalid_field', `a number with at most ${decimals} decimals is wanted`)
  }
  return BigInt(`${match[1]}${fraction.padEnd(decimals, '0')}`)
}
