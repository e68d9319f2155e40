/** The tests that mutants are tried on: those beside the code that is changed, and fast. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/enclave/src/policy/{evaluate,fact-criteria,method-hashing,rules}.test.ts',
      'packages/enclave/src/credentials/{authorise,verify-proofs}.test.ts',
    ],
    pool: 'threads',
    testTimeout: 60_000,
  },
})
