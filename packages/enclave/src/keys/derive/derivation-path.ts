/** Derivation paths (BIP-32): text such as `m/44'/60'/0'/0/0`, and their numbers. */
import { fail } from '@holdfast/base/errors'

/** Indexes from here on are hardened. */
export const hardenedFrom = 0x80000000

export const isHardened = (index: number): boolean => index >= hardenedFrom

const indexOf = (part: string): number => {
  const hardened = part.endsWith("'")
  const index = Number(hardened ? part.slice(0, -1) : part)
  if (!Number.isInteger(index) || index < 0 || index >= hardenedFrom) {
    return fail('invalid_field', 'an index of a path is below 2^31', 'path')
  }
  return hardened ? index + hardenedFrom : index
}

/** The indexes below the root. Fails with `invalid_field`. */
export const parsePath = (untrusted: string): readonly number[] => {
  const [root, ...parts] = untrusted.split('/')
  if (root !== 'm' || parts.length === 0 || parts.length > 10 || parts.includes('')) {
    return fail('invalid_field', 'a path begins with m/ and has at most ten steps', 'path')
  }
  return parts.map(indexOf)
}
