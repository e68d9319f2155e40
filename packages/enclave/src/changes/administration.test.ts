import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { administer, type Step, step } from '../testing/administration.ts'
import { createTestMesh, type TestMesh } from '../testing/test-mesh.ts'

let mesh: TestMesh
beforeAll(async () => {
  mesh = await createTestMesh()
})
afterAll(() => mesh.stop())

/** One owner asks for a payment and another approves it, which chance alone may not bring. */
const approved: readonly Step[] = [
  { type: 'ask', owner: 0 },
  { type: 'approve', which: 0, owner: 0, zone: 'us-east' },
  { type: 'approve', which: 0, owner: 1, zone: 'us-east' },
]

describe('administration', () => {
  it('in any order lets no signature out that the rules of change did not allow', async () => {
    let paid = 0
    const run = async (steps: readonly Step[]) => {
      paid += await administer(mesh, steps)
    }
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 12 }), run), {
      numRuns: 25,
      examples: [[[...approved]]],
    })
    expect(paid).toBeGreaterThan(0)
  })
})
