import { describe, expect, it } from 'vitest'
import { invariants } from './checks.ts'
import { type DefectName, defects } from './defects.ts'
import { runSeed } from './run-seed.ts'

const seedsMax = 60

/** The first seed at which the checkers see the defect, and see what it breaks. */
const findSeed = async (defect: DefectName): Promise<number | undefined> => {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
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
    expect([...covered].toSorted()).toEqual(Object.keys(invariants).toSorted())
  })
})
