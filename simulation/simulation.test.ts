import { describe, expect, it } from 'vitest'
import { faultNames } from './faults.ts'
import { runSeed } from './run-seed.ts'
import { keptSeeds } from './seeds.ts'

const seedsInTests = 20

describe('the mesh under faults', () => {
  it(`keeps its invariants in ${seedsInTests} schedules`, async () => {
    const met = new Set<string>()
    for (let seed = 1; seed <= seedsInTests; seed += 1) {
      const report = await runSeed({ seed })
      expect(report.broken, `npm run simulate -- --from ${seed} --seeds 1`).toBeUndefined()
      for (const name of report.faults.keys()) met.add(name)
    }
    expect(faultNames.filter((name) => !met.has(name))).toEqual([])
  })

  for (const { seed, found } of keptSeeds) {
    it(`no longer has what seed ${seed} found: ${found}`, async () => {
      expect((await runSeed({ seed })).broken).toBeUndefined()
    })
  }
})
