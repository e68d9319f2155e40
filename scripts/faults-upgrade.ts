/**
 * `npm run faults:upgrade`: a mesh of three zones, two nodes and three etcd members each, goes from
 * one measurement to another under load. Writes what was seen to docs/faults-upgrade.md, and fails
 * where a signature failed, a wallet was lost, or a key was where it should not be.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { figureTable, table } from '../bench/table.ts'
import { textOfCodes } from '../tests/faults/mesh-asking.ts'
import {
  type Holder,
  type Unlisted,
  type UpgradePhase,
  upgradeUnderLoad,
} from '../tests/faults/upgrade-scenario.ts'
import { startMesh } from '../tests/support/mesh.ts'
import { buildTwoReleases } from '../tests/support/two-releases.ts'
import { machineText } from './machine-text.ts'

const root = join(import.meta.dirname, '..')
const size = { signers: 3, createPauseMs: 100, phaseMs: 3000, unlistedMs: 3000, tooEarly: true }
const dir = mkdtempSync(join(tmpdir(), 'holdfast-upgrade-'))
process.once('exit', () => rmSync(dir, { recursive: true }))

const codes = await buildTwoReleases(root, dir)
const run = async () => {
  await using mesh = await startMesh({ nodesPerZone: 2, etcdMembers: 3, code: codes.before })
  const seen = await upgradeUnderLoad(mesh, { ...codes, ...size })
  return seen
}
const figures = await run()

const codeName = (measurement: string): string =>
  measurement === codes.before.measurement
    ? 'old'
    : measurement === codes.after.measurement
      ? 'new'
      : 'none'

const holderText = ({ code, sealed, epoch }: Holder): string =>
  `${codeName(code)}: sealed ${sealed.join(', ') || 'none'}, ` +
  (epoch === undefined ? 'does not serve' : `serves under ${epoch}`)

const moments = [...figures.holders.keys()]
const names = figures.holders.get('old code alone')?.map(({ name }) => name) ?? []
const holderRows = names.map((name, index) => [
  name,
  ...moments.map((moment) => {
    const holder = figures.holders.get(moment)?.[index]
    return holder === undefined ? '' : holderText(holder)
  }),
])

/** Who may have what when a phase ends; the last node of all is replaced after the removal. */
const isRight = (phase: UpgradePhase, holder: Holder, isLast: boolean): boolean => {
  const text = holderText(holder)
  const before = 'old: sealed 1, serves under 1'
  const after = 'new: sealed 2, serves under 2'
  if (phase === 'nodes replaced')
    return text === (isLast ? before : 'new: sealed 1, serves under 1')
  if (phase === 'old code removed') {
    return isLast ? text === 'none: sealed 1, does not serve' : text === after
  }
  return text === (phase === 'last node replaced' ? after : before)
}
const wrong = [...figures.holders].flatMap(([phase, holders]) =>
  holders.filter((holder, index) => !isRight(phase, holder, index === holders.length - 1)),
)
const { early, left, late } = figures
const served = [early, left, late].filter((one) => one?.state === 'ok' || one?.state === 'ready')
const failed = figures.phases.reduce((sum, phase) => sum + phase.failed, 0)

const [fastest, slowest] = [Math.min(...figures.readyMs), Math.max(...figures.readyMs)]
const sealedText = (sealed: readonly number[] = []): string => sealed.join(', ') || 'none'

const unlistedRow = (what: string, seen: Unlisted | undefined): readonly string[] => [
  what,
  seen?.state ?? '',
  sealedText(seen?.sealed),
]

writeFileSync(
  join(root, 'docs/faults-upgrade.md'),
  `# An upgrade from one measurement to another, under load

Written by \`npm run faults:upgrade\` on ${machineText()}. All nodes, all etcd
members and the load share this machine. \`tests/faults/upgrade.test.ts\` runs the same with two
zones of one etcd member each, with every test run.

Three zones of two nodes and three etcd members each, of a release that was built twice: the second
says another version and has another measurement. ${size.signers} clients sign in a loop, and one
for each zone makes wallets. Governors change the manifest by \`holdfast manifest propose\`,
\`sign\` and \`apply\` with keys that lie elsewhere; one node is told by SIGHUP. Each node is
ended by SIGTERM, its sealed key is deleted (as MRENCLAVE would not open it to other code), and the
new code starts in its place: the other node of its zone, of whichever code, hands over the key. The
last node stays on the old code while governors remove that.

*Failed* is a signature that no node gave in 20 s; *interrupted* a creation that was not answered
in 3 s; the same bytes continued ${figures.continued} of them later.

${figureTable(
  ['phase', 'signed', 'failed', 'slowest, ms', 'longest stall, ms', 'created', 'interrupted'],
  figures.phases.map((of) => [
    of.phase,
    of.signed,
    of.failed,
    of.slowestMs,
    of.stallMs,
    of.created,
    of.interrupted,
  ]),
)}

Wallets that were acknowledged: ${figures.acknowledged}; lost: ${figures.lost.length}. Codes by
which signatures failed: ${textOfCodes(figures.codes) || 'none'}. A node of the new code was ready
${fastest} to ${slowest} ms after its start; all zones were
under another key ${figures.rotatedMs} ms after the old code was removed.

## Who has the key of its zone

At the end of each phase: the code that runs, the epochs of the keys that the machine keeps
sealed, and the epoch of the key that the node serves under.

${table(['node', ...moments], holderRows)}

${table(
  ['code that is not listed', 'says', 'keys sealed on its machine'],
  [
    unlistedRow('new, started before governors listed it, without a key', early),
    unlistedRow('old, running while governors removed it', left),
    unlistedRow('old, started after that with the key that it had', late),
  ],
)}
`,
)
for (const { phase, failed: errors } of figures.phases) console.log(`${phase}: ${errors} failed`)
const good = failed + figures.lost.length + wrong.length + served.length === 0
console.log(good ? 'as it should be' : `wrong: ${JSON.stringify({ wrong, served })}`)
process.exitCode = good ? 0 : 1
