/** Numbers as texts: decimal or `0x` hexadecimal of the width that the type has on the wire. */
import { fail } from '@holdfast/base/errors'

const decimal = /^-?(?:0|[1-9]\d{0,19})$/

/** A signed or unsigned number of so many bits; `malformed` where the text is none. */
export const parseNumber = (text: string, bits: 32 | 64, signed: boolean): bigint => {
  if (text.startsWith('0x')) {
    const digits = text.slice(2)
    if (digits.length !== bits / 4 || !/^[0-9a-fA-F]+$/.test(digits)) {
      return fail('malformed', 'a number has not the width of its type')
    }
    const value = BigInt(text)
    return signed ? BigInt.asIntN(bits, value) : value
  }
  if (!decimal.test(text) || text === '-0') return fail('malformed', 'a number is not decimal')
  const value = BigInt(text)
  const fits = signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  return fits === value ? value : fail('malformed', 'a number is out of range')
}

/** `0x` and as many digits as the width has. */
export const hexNumber = (value: bigint, bits: 24 | 32 | 64): string =>
  `0x${BigInt.asUintN(bits, value)
    .toString(16)
    .padStart(bits / 4, '0')}`
