import { describe, expect, it } from 'vitest'
import { invariants } from './checks.ts'
import { type DefectName, defects } from './defects.ts'
import { runSeed } from './run-seed.ts'

const seedsMax = 60

/** Where a defect was seen first: tried before all others, so that the test is quick. */
const seenAt: Partial<Record<DefectName, number>> = {
  'frozen-answer': 23,
  'forgetful-endorser': 5,
  'agreeable-voter': 5,
  'dead-peers-listed': 4,
  'copying-host': 18,
  'generous-giver': 4,
}

/** No defect shows yet that its checker can see a break: docs/replication.md says so. */
const unproved = ['5']

/** The first seed at which the checkers see the defect, and see what it breaks. */
const findSeed = async (defect: DefectName): Promise<number | undefined> => {
  const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1)
  for (const seed of [seenAt[defect] ?? 1, ...seeds]) {
    const { broken } = await runSeed({ seed, defect })
    if (broken?.invariant === defects[defect].invariant) return seed
  }
  return undefined
}

describe('a deliberate defect', () => {
  for (const [name, { invariant }] of Object.entries(defects)) {
    it(`${name} breaks invariant ${invariant}, and nothing does without it`, async () => {
      const seed = await findSeed(name as DefectName)
      expect(seed, `no seed up to ${seedsMax} shows it`).toBeDefined()
      if (seed !== undefined) expect((await runSeed({ seed })).broken).toBeUndefined()
    })
  }

  it('is there for every invariant that is checked', () => {
    const covered = new Set(Object.values(defects).map(({ invariant }) => String(invariant)))
    expect([...covered, ...unproved].toSorted()).toEqual(Object.keys(invariants).toSorted())
  })
})
