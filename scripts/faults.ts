/**
 * `npm run faults`: kills a node of a whole mesh with -9 under load, some times, and writes what
 * was seen to docs/faults.md.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { figureTable } from '../bench/table.ts'
import {
  type KillFigures,
  type KillOptions,
  killUnderLoad,
  lineOf,
} from '../tests/faults/kill-scenario.ts'
import { startMesh } from '../tests/support/mesh.ts'
import { machineText } from './machine-text.ts'

const runs = 3
const options: KillOptions = {
  victim: 'eu-west',
  signers: 4,
  beforeMs: 2000,
  downMs: 5000,
  downSigns: 100,
  afterMs: 2000,
}

const figures: KillFigures[] = []
for (let run = 1; run <= runs; run += 1) {
  await using mesh = await startMesh()
  const seen = await killUnderLoad(mesh, options)
  console.log(`run ${run}: ${lineOf(seen)}`)
  figures.push(seen)
}

type Row = readonly [name: string, read: (run: KillFigures) => number]

const rows: readonly Row[] = [
  ['wallets acknowledged', (run) => run.acknowledged],
  ['acknowledged wallets lost, at any zone', (run) => run.lost.length],
  ['creations interrupted, since their home was away', (run) => run.interrupted],
  ['… and continued by the same bytes afterwards', (run) => run.continued],
  ['signatures while the node was down', (run) => run.down.done],
  [
    'signatures that failed, over all',
    (run) => {
      const { before, down, after } = run
      return before.errors + down.errors + after.errors
    },
  ],
  ['slowest signature before, ms', (run) => run.before.slowestMs],
  ['slowest signature while it was down, ms', (run) => run.down.slowestMs],
  ['longest time without any signature while it was down, ms', (run) => run.down.stallMs],
  ['node ready after its new start, ms', (run) => run.readyMs],
  ['zones seen equal after its new start, ms', (run) => run.equalMs],
]

writeFileSync(
  join(import.meta.dirname, '../docs/faults.md'),
  `# A node killed under load

Written by \`npm run faults\` on ${machineText()}: the load, the three nodes and their stores share
this machine. \`tests/faults/kill.test.ts\` runs the same scenario, shorter, with every test run.

Three zones of one node each. ${options.signers} clients sign in a loop by whichever node is
nearest, and one client for each zone makes wallets whose home that zone is (durability 2). After
${options.beforeMs / 1000} s the node of ${options.victim}, which is the nearest of all clients,
is ended by \`kill -9\`; after ${options.downMs / 1000} s more it is started again, and the load
goes on for ${options.afterMs / 1000} s. Then each zone is asked alone to show and to sign for every
wallet that was acknowledged, and the records of all stores are compared.

${figureTable(
  ['', ...figures.map((_, index) => `run ${index + 1}`)],
  rows.map(([name, read]) => [name, ...figures.map(read)]),
)}

A creation names its home, which alone creates: while the home is down it is refused, and the same
bytes continue it later. Signing needs no home.
`,
)
process.exitCode = figures.every((run) => run.lost.length === 0) ? 0 : 1
