/** What a run gives: for `bench/results.json`, and more for the document. */
import type { Breakdown } from './in-process/breakdown.ts'

/** `shareOfLimit` is limit / cpuMicros: 1 is the library's own speed. */
export type Result = {
  readonly name: string
  readonly cpuMicros: number
  readonly shareOfLimit: number
}

export type Run = {
  readonly results: readonly Result[]
  /** Other processes that work for an operation; they are part of `cpuMicros`. */
  readonly parts: Readonly<Record<string, readonly number[]>>
  /** All measurements of the limit, in the order of time. */
  readonly limits: readonly number[]
  readonly breakdown: Breakdown
  readonly memory: { readonly wallets: number; readonly residentBytes: number }
  readonly signer: string
  readonly wasmSigner: string
  readonly isPinned: boolean
  readonly seconds: number
}

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((left, right) => left - right)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] =
    sorted.length % 2 === 1 ? [sorted[middle], sorted[middle]] : sorted.slice(middle - 1)
  return (low + high) / 2
}

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits))

export const resultOf = (name: string, cpuMicros: number, limit: number): Result => ({
  name,
  cpuMicros: rounded(cpuMicros, 2),
  shareOfLimit: rounded(limit / cpuMicros, 4),
})
