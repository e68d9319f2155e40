/** What one run of generated transactions found; the suite and the command look at the same. */
import type { Crypto } from '@holdfast/enclave/ports/crypto'

export type Disagreement = { readonly transaction: string; readonly what: string }

export type Run = { readonly count: number; readonly seed: number }

export type Compare = (crypto: Crypto, run: Run) => readonly Disagreement[]

/** Values as text, so that big integers can be compared and shown. */
export const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one))
