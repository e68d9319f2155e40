/** Seeds that once found a fault, kept so that it does not return. */

export type KeptSeed = {
  readonly seed: number
  /** What it found, and what was done. */
  readonly found: string
}

export const keptSeeds: readonly KeptSeed[] = []
