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

/**
 * Code that waits by the clocks of those who see a manifest too, whatever time of issue governors
 * wrote: for `delayMs` from when the manifest of this hash was first seen.
 */
export type DelayedMeasurement = {
  readonly measurement: string
  readonly manifest: string
  readonly delayMs: number
}

type KnownChain = Known & {
  readonly governorsSince?: string
  readonly delayed?: readonly DelayedMeasurement[]
}

/** The hash of the manifest that made the governors who they are; undefined for the genesis. */
export const governorsSince = (
  current: Pick<KnownChain, 'governorsSince' | 'manifest'>,
  next: { readonly manifest: Manifest; readonly hash: string },
): string | undefined =>
  keysOf(current.manifest) === keysOf(next.manifest) ? current.governorsSince : next.hash

/**
 * What waits under the next manifest: new code from when that is first seen, or, where all
 * governors signed, from when they were first seen to be the governors.
 */
export const delayedBy = (
  current: KnownChain,
  next: { readonly manifest: Manifest; readonly hash: string },
  signatures: readonly GovernorSignature[],
): readonly DelayedMeasurement[] => {
  const { measurements } = next.manifest
  const isUnanimous = signatures.length === current.manifest.governors.keys.length
  const since = isUnanimous ? current.governorsSince : next.hash
  const delayMs = delayOf(current.manifest)
  const listedAnew = measurements.filter((one) => isNew(current.manifest, one))
  const anew = new Set(listedAnew.map(({ mrEnclave }) => mrEnclave))
  const before = (current.delayed ?? []).filter(
    ({ measurement }) =>
      !anew.has(measurement) && measurements.some(({ mrEnclave }) => mrEnclave === measurement),
  )
  if (delayMs === 0 || since === undefined) return before
  return [...before, ...[...anew].map((measurement) => ({ measurement, manifest: since, delayMs }))]
}

export type UpcomingMeasurement = { readonly measurement: string; readonly notBefore: string }

/** Code that governors have listed and that is not in force yet. */
export const upcomingMeasurements = (
  { manifest }: Pick<Known, 'manifest'>,
  nowMs: number,
): readonly UpcomingMeasurement[] =>
  manifest.measurements
    .filter(({ notBefore }) => nowMs < momentMs(notBefore))
    .map(({ mrEnclave, notBefore }) => ({ measurement: mrEnclave, notBefore }))
