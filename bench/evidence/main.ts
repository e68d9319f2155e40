/** `npm run evidence`: every real evidence accepted, its changes refused, and the time of it. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { findProgram } from '../../tests/support/program.ts'
import { sharedPath } from '../../tests/support/shared.ts'
import { describeMachine } from '../machine.ts'
import { evidenceCases } from './cases.ts'
import { bundleForBrowser, timeInChromium } from './in-chromium.ts'
import { tryMutations } from './mutations.ts'
import { evidenceReport, type Seen } from './report.ts'
import { timeVerification } from './time-verifications.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: 'holdfast' },
    out: { type: 'string', default: join(import.meta.dirname, '../../docs/evidence.md') },
  },
})

const folder = sharedPath('attestation')
const chromium = findProgram({ program: 'chromium', install: 'apt-get install chromium' })
if (folder === undefined || chromium === undefined) process.exit(1)

const cases = evidenceCases(folder)
const inChromium = await timeInChromium(chromium, cases)
const seen = cases.map((one): Seen => {
  const others = cases.filter((other) => other !== one)
  const { count, seed } = values
  const mutations = tryMutations(one, { others, count: Number(count), seed })
  for (const failure of mutations.failures) console.error(`${one.name}: ${failure}`)
  const timing = inChromium[one.name]
  if (timing === undefined) throw new Error(`Chromium did not verify ${one.name}`)
  console.error(`${one.name}: ${mutations.refused} changes refused`)
  return { one, mutations, node: timeVerification(one), chromium: timing }
})
const all = await bundleForBrowser(
  join(import.meta.dirname, '../../packages/attestation/src/index.ts'),
)
const report = evidenceReport({
  seen,
  machine: describeMachine(),
  chromiumVersion: execFileSync(chromium, ['--version'], { encoding: 'utf8' })
    .replace(/built on.*$/s, '')
    .trim(),
  seed: values.seed,
  sizes: { minified: all.code.length, gzip: all.gzipBytes },
})
writeFileSync(values.out, report)
if (seen.some(({ mutations }) => mutations.failures.length > 0)) process.exitCode = 1
