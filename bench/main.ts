/**
 * `npm run bench`: measures in one run, writes `bench/results.json` and `docs/benchmarks.md`.
 * `--quick` measures for a moment each and writes the results alone, to `--out FILE`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './machine.ts'
import { measureAll } from './measure-all.ts'
import { benchmarkDocument } from './report.ts'
import { createPinning, root } from './server/pinned.ts'

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
})

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const pinning = createPinning()
if (!pinning.isPinned) say('taskset is absent: nothing is pinned to one processor')
const run = await measureAll({ pinning, quick: values.quick, say })
const results = `${JSON.stringify(run.results, undefined, 2)}\n`
const out = values.out ?? (values.quick ? undefined : join(root, 'bench/results.json'))
if (out === undefined) process.stdout.write(results)
else writeFileSync(out, results)
if (!values.quick) {
  writeFileSync(join(root, 'docs/benchmarks.md'), benchmarkDocument(run, describeMachine()))
}
