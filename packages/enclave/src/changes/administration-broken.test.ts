import { accept } from '@holdfast/base/errors'
import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type * as VerifyProofs from '../credentials/verify-proofs.ts'

// Test files share what one of them has loaded: the broken module must be loaded anew.
beforeEach(() => vi.resetModules())
afterEach(() => {
  vi.doUnmock('@holdfast/base/policies/compare')
  vi.doUnmock('../marks/check-unfrozen.ts')
  vi.doUnmock('../credentials/verify-proofs.ts')
  vi.resetModules()
})

/** Whether the search of administration.test.ts fails on an enclave with the break in it. */
const isFound = async (): Promise<boolean> => {
  const { createTestMesh } = await import('../testing/test-mesh.ts')
  const { administer, step } = await import('../testing/administration.ts')
  const mesh = await createTestMesh()
  const steps = fc.array(step, { minLength: 4, maxLength: 12 })
  const run = async (of: Parameters<typeof administer>[1]) => void (await administer(mesh, of))
  const found = await fc.check(fc.asyncProperty(steps, run), { numRuns: 25, endOnFailure: true })
  await mesh.stop()
  // A counterexample of the property, not a mesh that does not start.
  return found.failed && String(found.errorInstance).includes('AssertionError')
}

it('the search finds an enclave that takes every policy for a tighter one', async () => {
  vi.doMock('@holdfast/base/policies/compare', () => ({ tightens: () => true }))
  expect(await isFound()).toBe(true)
})

it('the search finds an enclave that signs for frozen wallets', async () => {
  vi.doMock('../marks/check-unfrozen.ts', () => ({ checkUnfrozen: () => accept(undefined) }))
  expect(await isFound()).toBe(true)
})

it('the search finds an enclave that counts one person for two', async () => {
  vi.doMock('../credentials/verify-proofs.ts', async (original) => {
    const real = await original<typeof VerifyProofs>()
    const verifyProofs: typeof real.verifyProofs = (input) => {
      const verified = real.verifyProofs(input)
      if (!verified.ok || input.purpose !== 'sign') return verified
      const [first] = verified.value
      if (first === undefined) return verified
      return accept([...verified.value, { ...first, person: 'bob' as typeof first.person }])
    }
    return { ...real, verifyProofs }
  })
  expect(await isFound()).toBe(true)
})
