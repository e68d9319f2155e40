import { describe, expect, it } from 'vitest'
import { type Broken, invariants } from './checks.ts'
import { type DefectName, defects } from './defects.ts'
import { runSeed } from './run-seed.ts'

/**
 * Where the search for a seed that shows the defect begins. Every change of what nodes say to each
 * other gives each seed another course, so that the next seeds are tried where one shows nothing.
 */
const seeds: Readonly<Record<DefectName, number>> = {
  'lying-acknowledgement': 1,
  'forked-document': 1,
  'forgetful-store': 1,
  'undead-object': 4,
  'generous-giver': 1,
  'forgetful-endorser': 7,
  'hasty-clocks': 1,
  'believes-anything': 1,
  'agreeable-voter': 1,
  'dead-peers-listed': 2,
  'deaf-zone': 1,
  'leaky-link': 1,
  'copying-host': 1,
  'plain-store': 1,
  'frozen-answer': 9,
  'denies-success': 1,
  'invents-success': 5,
}

const triedMax = 30

describe('a deliberate defect', () => {
  for (const [name, { invariant }] of Object.entries(defects)) {
    const seed = seeds[name as DefectName]
    it(`${name} breaks invariant ${invariant}`, async () => {
      let broken: Broken | undefined
      for (let next = seed; next < seed + triedMax && broken?.invariant !== invariant; next += 1) {
        broken = (await runSeed({ seed: next, defect: name as DefectName })).broken
      }
      expect(broken?.invariant, broken?.what).toBe(invariant)
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
