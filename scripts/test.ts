/**
 * `npm test`: the checks, then every test. Ends with one line `N passed, N failed` that counts
 * both, after the lines of what could not run here and how to install it.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checks } from './checks.ts'

type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numFailedTestSuites: number
  readonly numPendingTests: number
}

const run = (command: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean => {
  const [program, ...args] = command
  const { status } = spawnSync(program as string, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  })
  return status === 0
}

const folder = mkdtempSync(join(tmpdir(), 'holdfast-test-'))
const absentFile = join(folder, 'absent.txt')
let passed = 0
let failed = 0

for (const check of checks) {
  const ok = run(check.command)
  console.log(`${ok ? 'ok' : 'FAILED'}  ${check.name}`)
  if (ok) passed += 1
  else failed += 1
}

const reportFile = join(folder, 'report.json')
const testsOk = run(
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
  {
    ...process.env,
    HOLDFAST_TEST_ABSENT_FILE: absentFile,
    // Tests start some hundred processes from the same sources: each is compiled once.
    NODE_COMPILE_CACHE: join(folder, 'compiled'),
  },
)

try {
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report
  passed += report.numPassedTests
  failed += report.numFailedTests
  // A file that breaks while loading fails no test, yet nothing in it ran.
  if (!testsOk && report.numFailedTests === 0) failed += Math.max(1, report.numFailedTestSuites)
} catch {
  failed += 1
}

try {
  const absent = new Set(readFileSync(absentFile, 'utf8').trim().split('\n'))
  for (const line of absent) console.log(`not run: ${line}`)
} catch {
  // Nothing was absent.
}

rmSync(folder, { recursive: true, force: true })
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
