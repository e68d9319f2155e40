import { describe, expect, it } from 'vitest'
import { evidenceCases } from '../../bench/evidence/cases.ts'
import { timeInChromium } from '../../bench/evidence/in-chromium.ts'
import { tryMutations } from '../../bench/evidence/mutations.ts'
import { findProgram } from '../support/program.ts'
import { sharedPath } from '../support/shared.ts'

const folder = sharedPath('attestation')
const chromium = findProgram({ program: 'chromium', install: 'apt-get install chromium' })

/** `npm run evidence` tries thousands. */
const count = 120
/** Another one each day, so that the suite finds more with time; a failure names it. */
const seed = new Date().toISOString().slice(0, 10)

describe.skipIf(folder === undefined)('real evidence', () => {
  const cases = folder === undefined ? [] : evidenceCases(folder)
  for (const one of cases) {
    it(`of ${one.name} is accepted as it is and refused with any change (seed ${seed})`, () => {
      expect(one.verify(one.parts, one.nowMs)).toMatchObject({ ok: true })
      const others = cases.filter((other) => other !== one)
      const { refused, failures } = tryMutations(one, { others, count, seed })
      expect(failures).toEqual([])
      expect(refused).toBe(count)
    })
  }

  it.skipIf(chromium === undefined)(
    'is verified by the same code in a browser',
    async () => {
      const timings = await timeInChromium(chromium!, cases)
      expect(Object.keys(timings).toSorted()).toEqual(['nitro', 'sgx', 'snp', 'tdx'])
    },
    120_000,
  )
})
