/** Counts what was checked and keeps the first invariant that was broken. */

export const invariants = {
  1: 'an acknowledged creation is held by d zones, and any d−1 may vanish',
  2: 'one hash for each record, epoch and version',
  3: 'the version that a zone has accepted never falls',
  4: 'what was destroyed never becomes active',
  5: 'a final change survives failover',
  6: 'what zones count in a window is at most the limit, and no window opens before its time',
  7: 'guesses between two right ones are at most as many as allowed',
  8: 'no signature without authorisation over its bytes, none by a stale replica; once is once',
  9: 'when faults stop, the zones of a placement become equal',
  10: 'no key outside its placement, no secret byte in stores and answers',
  11: 'no answer is older than what the client has seen',
  12: 'an unknown outcome becomes exactly one of applied and not applied',
} as const

export type Invariant = keyof typeof invariants

export type Broken = { readonly invariant: Invariant | 'none'; readonly what: string }

export type Checks = {
  /** Notes that an invariant was looked at; keeps `what` if it does not hold. */
  expect(invariant: Invariant, holds: boolean, what: () => string): void
  /** Something that should not happen, though no invariant names it. */
  fault(what: string): void
  readonly broken: Broken | undefined
  readonly counts: ReadonlyMap<Invariant, number>
}

export const createChecks = (): Checks => {
  const counts = new Map<Invariant, number>()
  let broken: Broken | undefined
  return {
    expect: (invariant, holds, what) => {
      counts.set(invariant, (counts.get(invariant) ?? 0) + 1)
      if (!holds) broken ??= { invariant, what: what() }
    },
    fault: (what) => {
      broken ??= { invariant: 'none', what }
    },
    get broken() {
      return broken
    },
    counts,
  }
}
