/** Seeds that once found a fault, kept so that it does not return. */

export type KeptSeed = {
  readonly seed: number
  /** What it found in the core before that was mended. */
  readonly found: string
}

export const keptSeeds: readonly KeptSeed[] = [
  { seed: 166, found: 'a repeat of a creation was shown a wallet whose keys no zone had' },
  { seed: 66, found: 'an account was acknowledged that a faster change had kept out' },
  { seed: 144, found: 'a change of an object was acknowledged that was never stored' },
  { seed: 16, found: 'a store that failed at start was thrown, not refused' },
  { seed: 63, found: 'a store that failed in a change of an object was thrown, not refused' },
  { seed: 27, found: 'a wallet stayed owed whose commit was applied unnoticed' },
  { seed: 124, found: 'a state stayed owed whose commit was applied unnoticed' },
  { seed: 26, found: 'a home whose store was put back forgot what it owed' },
  { seed: 252, found: 'a node stopped for good when it opened its fallen store anew' },
  { seed: 13, found: 'a node stood still for good whose store failed as it began to serve' },
  { seed: 53, found: 'a home whose store was rolled back made a second history' },
  {
    seed: 207_795_025,
    found: 'a zone came back empty, and another whose clock had been set back admitted no new key',
  },
  {
    seed: 207_800_116,
    found: 'a zone booted, its store failed as it compared, and it never compared again',
  },
  {
    seed: 207_800_085,
    found: 'a wallet on its way was of nobody, whose group governors gave another home meanwhile',
  },
  {
    seed: 207_800_092,
    found: 'a wallet on its way was of nobody, whose silent home had been followed meanwhile',
  },
  {
    seed: 207_800_163,
    found: 'an object was owed by a mark alone, and its commit was applied unnoticed: never sent',
  },
  {
    seed: 309,
    found: 'a zone that erased a wallet by a commit that was applied unnoticed never said so',
  },
  {
    seed: 447,
    found: 'nothing in the core: the watch of guesses put one that met a right one behind it',
  },
  {
    seed: 207_805_037,
    found: 'zones kept to a candidate of the same epoch whom no majority followed',
  },
]
