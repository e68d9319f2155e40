import { describe, expect, it } from 'vitest'
import { invariants } from './checks.ts'
import { type DefectName, defects } from './defects.ts'
import { type RunReport, runSeed } from './run-seed.ts'

const seedsMax = 30

/** Where a defect was seen first: tried before all others, so that the test is quick. */
const seenAt: Partial<Record<DefectName, number>> = {
  'undead-object': 4,
  'forgetful-cancellation': 17,
  'broken-promise': 107,
  'generous-giver': 2,
  'forgetful-endorser': 7,
  'hasty-clocks': 5,
  'generous-guesses': 7,
  'agreeable-voter': 9,
  'dead-peers-listed': 4,
  'copying-host': 5,
  'believes-anything': 3,
  'hoarding-zone': 14,
  'frozen-answer': 61,
  'denies-success': 5,
  'invents-success': 9,
}

/** The first seed at which the checkers see the defect, and see what it breaks. */
const findSeed = async (defect: DefectName): Promise<number | undefined> => {
  const seeds = Array.from({ length: seedsMax }, (_, index) => index + 1)
  for (const seed of [seenAt[defect] ?? 1, ...seeds]) {
    const { broken } = await runSeed({ seed, defect })
    if (broken?.invariant === defects[defect].invariant) return seed
  }
  return undefined
}

/** Several defects are seen at one seed, which is run once without any. */
const sound = new Map<number, RunReport>()
const withoutDefect = async (defect: DefectName, seed: number): Promise<RunReport> => {
  const { faults } = defects[defect].make()
  if (faults !== undefined) return runSeed({ seed, faults })
  const report = sound.get(seed) ?? (await runSeed({ seed }))
  sound.set(seed, report)
  return report
}

describe('a deliberate defect', () => {
  for (const [name, { invariant }] of Object.entries(defects)) {
    // A seed takes up to some seconds, and thirty may have to be tried.
    it(`${name} breaks invariant ${invariant}, and nothing does without it`, async () => {
      const defect = name as DefectName
      const seed = await findSeed(defect)
      expect(seed, `no seed up to ${seedsMax} shows it`).toBeDefined()
      if (seed === undefined) return
      expect((await withoutDefect(defect, seed)).broken).toBeUndefined()
    }, 180_000)
  }

  it('is there for every invariant', () => {
    const covered = new Set(Object.values(defects).map(({ invariant }) => String(invariant)))
    expect([...covered].toSorted()).toEqual(Object.keys(invariants).toSorted())
  })
})
