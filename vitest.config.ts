import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'tests/**/*.test.ts', 'simulation/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // No module keeps state (tests/house), so that files may share what one of them has loaded.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
