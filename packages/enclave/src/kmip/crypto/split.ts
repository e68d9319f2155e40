/**
 * Splitting of keys (KMIP 2.1 §2.7): all parts XORed, or shares of polynomials over
 * GF(2^8) with the modulus x^8 + x^4 + x^3 + x^2 + 1, as the published shares have it. The secret
 * decides no branch and no index.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { EnumerationValue } from '@holdfast/kmip'
import type { Entropy } from '../../ports/entropy.ts'
import { failWith } from '../failure.ts'

export type Share = { readonly part: number; readonly bytes: Bytes }

type Method = {
  readonly split: (entropy: Entropy, secret: Bytes, parts: number, threshold: number) => Bytes[]
  readonly join: (shares: readonly Share[], length: number) => Bytes
}

const multiply = (left: number, right: number): number => {
  let product = 0
  let factor = left
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= factor & -((right >> bit) & 1)
    factor = ((factor << 1) ^ (0x1d & -((factor >> 7) & 1))) & 0xff
  }
  return product
}

/** x^254, which is 1/x in GF(2^8). */
const inverse = (value: number): number => {
  let result = 1
  let square = value
  for (let bit = 1; bit < 8; bit += 1) {
    square = multiply(square, square)
    result = multiply(result, square)
  }
  return result
}

const xorInto = (target: Bytes, bytes: Bytes): void => {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] as number) ^ (bytes[index] as number)
  }
}

const xorMethod: Method = {
  split: (entropy, secret, parts) => {
    const last = secret.slice()
    const shares = Array.from({ length: parts - 1 }, () => entropy.bytes(secret.length))
    for (const share of shares) xorInto(last, share)
    return [...shares, last]
  },
  join: (shares, length) => {
    const secret = new Uint8Array(length)
    for (const { bytes } of shares) xorInto(secret, bytes)
    return secret
  },
}

const evaluate = (coefficients: readonly Bytes[], at: number, length: number): Bytes => {
  const value = new Uint8Array(length)
  for (const coefficient of coefficients.toReversed()) {
    for (let index = 0; index < length; index += 1) {
      value[index] = multiply(value[index] as number, at) ^ (coefficient[index] as number)
    }
  }
  return value
}

/** Lagrange's factor of one share at zero. */
const weight = (shares: readonly Share[], own: Share): number =>
  shares
    .filter(({ part }) => part !== own.part)
    .reduce((product, { part }) => multiply(product, multiply(part, inverse(part ^ own.part))), 1)

const polynomial: Method = {
  split: (entropy, secret, parts, threshold) => {
    const random = Array.from({ length: threshold - 1 }, () => entropy.bytes(secret.length))
    return Array.from({ length: parts }, (_, index) =>
      evaluate([secret, ...random], index + 1, secret.length),
    )
  },
  join: (shares, length) => {
    const secret = new Uint8Array(length)
    for (const share of shares) {
      const factor = weight(shares, share)
      xorInto(
        secret,
        share.bytes.map((byte) => multiply(byte, factor)),
      )
    }
    return secret
  },
}

const methods: Readonly<Record<string, Method>> = {
  XOR: xorMethod,
  PolynomialSharingGF2_8: polynomial,
}

export type SplitMethod = EnumerationValue<'SplitKeyMethod'>

const methodOf = (name: SplitMethod): Method =>
  methods[name] ?? failWith('FeatureNotSupported', 'keys are not split so')

export const splitKey = (
  entropy: Entropy,
  secret: Bytes,
  how: { readonly method: SplitMethod; readonly parts: number; readonly threshold: number },
): readonly Bytes[] => {
  const { method, parts, threshold } = how
  const isPossible = parts >= 2 && parts <= 255 && threshold >= 2 && threshold <= parts
  if (!isPossible) failWith('InvalidField', 'no such number of parts')
  if (method === 'XOR' && threshold !== parts) failWith('InvalidField', 'all parts are needed')
  return methodOf(method).split(entropy, secret, parts, threshold)
}

export const joinKey = (shares: readonly Share[], method: SplitMethod): Bytes => {
  const length = shares[0]?.bytes.length ?? 0
  const parts = new Set(shares.map(({ part }) => part))
  const isWhole = shares.every(({ bytes, part }) => bytes.length === length && part >= 1)
  if (!isWhole || parts.size !== shares.length) {
    return failWith('CryptographicFailure', 'the parts do not belong together')
  }
  return methodOf(method).join(shares, length)
}
