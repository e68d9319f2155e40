/**
 * A new measurement comes into force after a delay in which owners can see it and leave (DESIGN
 * §4); at once only if all n governors signed, and were the governors for as long.
 */
import type { Manifest } from '@holdfast/base/manifest'
import { momentMs } from '@holdfast/base/moment'
import type { GovernorSignature } from './signature.ts'

const delayOf = ({ measurementDelayMs = 0 }: Manifest): number => measurementDelayMs

const keysOf = ({ governors }: Manifest): string =>
  governors.keys
    .map(({ publicKey }) => publicKey)
    .toSorted()
    .join()

/** Else a quorum would make itself all governors, and sign as all of them a moment later. */
const isSettled = (current: Manifest, history: readonly Manifest[], sinceMs: number): boolean => {
  const all = [...history, current]
  return all.every((manifest, index) => {
    const next = all[index + 1]
    return (
      next === undefined ||
      momentMs(next.issuedAt) <= sinceMs ||
      keysOf(manifest) === keysOf(current)
    )
  })
}

const isNew = (current: Manifest, { mrEnclave, notBefore }: Measurement): boolean => {
  const known = current.measurements.find((one) => one.mrEnclave === mrEnclave)
  return known === undefined || momentMs(notBefore) < momentMs(known.notBefore)
}

type Measurement = Manifest['measurements'][number]

/** `signatures` have been verified. */
export const keepsDelay = (
  { manifest: current, history = [] }: Known,
  next: Manifest,
  signatures: readonly GovernorSignature[],
): boolean => {
  const delayMs = delayOf(current)
  if (delayMs === 0) return true
  const issuedMs = momentMs(next.issuedAt)
  const isUnanimous = signatures.length === current.governors.keys.length
  if (isUnanimous && isSettled(current, history, issuedMs - delayMs)) return true
  const waits = next.measurements
    .filter((one) => isNew(current, one))
    .every(({ notBefore }) => momentMs(notBefore) >= issuedMs + delayMs)
  // A manifest of an earlier day would have waited before it was there.
  return waits && delayOf(next) >= delayMs && issuedMs >= momentMs(current.issuedAt)
}

type Known = { readonly manifest: Manifest; readonly history?: readonly Manifest[] }

export type UpcomingMeasurement = { readonly measurement: string; readonly notBefore: string }

/** Code that governors have listed and that is not in force yet. */
export const upcomingMeasurements = (
  { manifest }: Pick<Known, 'manifest'>,
  nowMs: number,
): readonly UpcomingMeasurement[] =>
  manifest.measurements
    .filter(({ notBefore }) => nowMs < momentMs(notBefore))
    .map(({ mrEnclave, notBefore }) => ({ measurement: mrEnclave, notBefore }))
