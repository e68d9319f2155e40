import { describe, expect, it } from 'vitest'
import { runSeed } from './run-seed.ts'

describe('a seed', () => {
  it('gives one trace, however often it runs', async () => {
    const hashes = []
    for (let run = 0; run < 3; run += 1) hashes.push((await runSeed({ seed: 26 })).traceHash)
    expect(new Set(hashes).size).toBe(1)
  })

  it('gives another trace than the next', async () => {
    const [one, other] = [await runSeed({ seed: 1 }), await runSeed({ seed: 2 })]
    expect(one.traceHash).not.toBe(other.traceHash)
  })
})
