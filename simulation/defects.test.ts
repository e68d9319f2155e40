import { describe, expect, it } from 'vitest'
import { invariants } from './checks.ts'
import { type DefectName, defects } from './defects.ts'
import { runSeed } from './run-seed.ts'

/** A seed at which the checkers see the defect. */
const seeds: Readonly<Record<DefectName, number>> = {
  'lying-acknowledgement': 1,
  'forked-document': 1,
  'forgetful-store': 1,
  'undead-object': 4,
  'believes-anything': 1,
  'dead-peers-listed': 2,
  'deaf-zone': 1,
  'leaky-link': 1,
  'copying-host': 1,
  'plain-store': 1,
  'frozen-answer': 13,
  'denies-success': 1,
  'invents-success': 5,
}

describe('a deliberate defect', () => {
  for (const [name, { invariant }] of Object.entries(defects)) {
    const seed = seeds[name as DefectName]
    it(`${name} breaks invariant ${invariant}`, async () => {
      const report = await runSeed({ seed, defect: name as DefectName })
      expect(report.broken?.invariant, report.broken?.what).toBe(invariant)
    })
  }

  it('is what breaks it: the same seeds without one break nothing', async () => {
    for (const seed of new Set(Object.values(seeds))) {
      expect((await runSeed({ seed })).broken).toBeUndefined()
    }
  })

  it('is there for every invariant that is checked', () => {
    const covered = new Set(Object.values(defects).map(({ invariant }) => String(invariant)))
    expect([...covered].toSorted()).toEqual(Object.keys(invariants).toSorted())
  })
})
