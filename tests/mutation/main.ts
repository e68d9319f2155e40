/**
 * `npm run mutate`: changes the policy evaluator and the authorisation check in every small way and
 * sees whether a test notices; writes docs/mutation.md. Arguments are passed on to Stryker.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Explained, mutationReport, type StrykerReport } from './mutation-report.ts'

const here = import.meta.dirname
const read = <Value>(path: string): Value => JSON.parse(readFileSync(path, 'utf8')) as Value

const [first, ...more] = process.argv.slice(2)
// `report` writes the page again from what was found before.
if (first !== 'report') {
  const given = first === undefined ? [] : [first, ...more]
  const run = spawnSync('stryker', ['run', join(here, 'stryker.json'), ...given], {
    stdio: 'inherit',
  })
  if (run.status !== 0) process.exit(run.status ?? 1)
}
const { text, faults } = mutationReport(
  read<StrykerReport>('build/stryker/report.json'),
  read<readonly Explained[]>(join(here, 'survivors.json')),
)
writeFileSync('docs/mutation.md', text)
for (const fault of faults) console.error(fault)
if (faults.length > 0) process.exitCode = 1
