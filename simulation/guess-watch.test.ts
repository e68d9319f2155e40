import { expect, it } from 'vitest'
import { createChecks } from './checks.ts'
import { GuessWatch } from './guess-watch.ts'

const user = 'a password'

/** How many guesses are seen as allowed, of which the second was right. */
const allowed = (meanwhile: number): number => {
  const checks = createChecks()
  const watch = new GuessWatch(checks)
  let guesses = 0
  const guess = (): void => {
    guesses += 1
    watch.arrived(user, guesses)
    watch.evaluated(user, guesses)
  }
  guess()
  guess()
  watch.succeeded(user, 2)
  for (let more = 0; more < meanwhile; more += 1) guess()
  watch.told(user, 2)
  while (checks.broken === undefined) guess()
  expect(checks.broken.invariant).toBe(7)
  return guesses - 1
}

it('allows ten guesses behind a right one that its client was told of', () => {
  expect(allowed(0)).toBe(2 + 10)
})

it('counts a guess that met a right one on its way on the side where there is room', () => {
  expect(allowed(3)).toBe(2 + 3 + 10)
  // Ten before it, the right one included, and ten behind it.
  expect(allowed(9)).toBe(10 + 10)
})
