import { describe, expect, it } from 'vitest'
import { drawFaults, faultNames } from './faults.ts'
import { createRandom } from './random.ts'
import { runSeed } from './run-seed.ts'
import { keptSeeds } from './seeds.ts'
import { seedOfDay, seedsPerDay } from './seeds-of-day.ts'

/** So long it looks for what nobody has met; `npm run simulate` goes on from the day's first. */
const budgetMs = 20_000
const [fewest, most] = [3, 200]

describe('the mesh under faults', () => {
  it('keeps its invariants in schedules that are new each day', async () => {
    const first = seedOfDay(Date.now()) + seedsPerDay / 2
    const endMs = performance.now() + budgetMs
    let seed = first
    let [faults, checks] = [0, 0]
    for (; seed < first + most; seed += 1) {
      if (seed >= first + fewest && performance.now() >= endMs) break
      const report = await runSeed({ seed })
      expect(report.broken, `npm run simulate -- --from ${seed} --seeds 1`).toBeUndefined()
      for (const count of report.faults.values()) faults += count
      for (const count of report.checks.values()) checks += count
    }
    console.log(
      `schedules: ${seed - first} from ${first}, faults: ${faults}, invariant checks: ${checks}`,
    )
  }, 180_000)

  it('meets every kind of fault', () => {
    const met = new Set<string>()
    for (let seed = 1; seed <= 100; seed += 1) {
      const rates = drawFaults(createRandom(seed, 'test of faults'))
      for (const name of faultNames) if (rates[name] > 0) met.add(name)
    }
    expect(faultNames.filter((name) => !met.has(name))).toEqual([])
  })

  for (const { seed, found } of keptSeeds) {
    it(`no longer has what seed ${seed} found: ${found}`, async () => {
      expect((await runSeed({ seed })).broken).toBeUndefined()
    })
  }
})
