/** The tests that mutants are tried on: those beside the code that is changed, and fast. */
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'packages/enclave/src/policy/*.test.ts',
      'packages/enclave/src/credentials/*.test.ts',
      'packages/enclave/src/credentials/passkey/*.test.ts',
    ],
    pool: 'threads',
    testTimeout: 60_000,
  },
})
