/** The checks that come before the tests: format, lint, types. One list, used by test.ts. */
export type Check = { readonly name: string; readonly command: readonly string[] }

export const checks: readonly Check[] = [
  { name: 'format', command: ['biome', 'ci', '--reporter=summary', '.'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'types: base', command: ['tsc', '-p', 'packages/base'] },
  { name: 'types: kmip', command: ['tsc', '-p', 'packages/kmip'] },
  { name: 'types: attestation', command: ['tsc', '-p', 'packages/attestation'] },
  { name: 'types: enclave', command: ['tsc', '-p', 'packages/enclave'] },
  {
    name: 'types: enclave crypto',
    command: ['tsc', '-p', 'packages/enclave/tsconfig.crypto.json'],
  },
  { name: 'types: node', command: ['tsc', '-p', 'packages/node'] },
  { name: 'types: sdk', command: ['tsc', '-p', 'packages/sdk'] },
  { name: 'types: cli', command: ['tsc', '-p', 'packages/cli'] },
  { name: 'types: tests', command: ['tsc', '-p', '.'] },
]
