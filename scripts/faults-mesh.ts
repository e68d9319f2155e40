/**
 * `npm run faults:mesh`: a mesh of three zones, three nodes and three etcd members each, under load
 * and one fault after another; how soon all nodes of a zone stop; what an idle zone costs. Writes
 * what was seen to docs/faults-mesh.md.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { figureTable } from '../bench/table.ts'
import { idleAfterMs, idleCost } from '../tests/faults/idle-cost.ts'
import { askTimeoutMs, type Codes, textOfCodes } from '../tests/faults/mesh-asking.ts'
import type { LimitFigures } from '../tests/faults/mesh-limits.ts'
import {
  type FaultFigures,
  lineOf,
  type MeshFaults,
  runFaults,
} from '../tests/faults/mesh-scenario.ts'
import { type StopFigures, stopInZone } from '../tests/faults/stop-scenario.ts'
import { startMesh } from '../tests/support/mesh.ts'
import { findProgram } from '../tests/support/program.ts'
import { buildTwoReleases } from '../tests/support/two-releases.ts'
import { ipProgram, openZoneNetwork } from '../tests/support/zone-network.ts'
import { machineText } from './machine-text.ts'

const faults: MeshFaults = [
  { fault: 'node killed', lastsMs: 5000 },
  { fault: 'etcd leader killed', lastsMs: 5000 },
  { fault: 'zone killed', lastsMs: 10_000 },
  { fault: 'node stopped', lastsMs: 20_000 },
  { fault: 'two zones parted', lastsMs: 10_000 },
  { fault: 'all zones parted', lastsMs: 10_000 },
]
const signers = 3
const createPauseMs = 100
const stopRuns = 3
const idleMs = 10_000

const zones = defaultZones.map(({ id }) => id)
const ip = findProgram(ipProgram)
const opened = ip === undefined ? 'there is no ip' : openZoneNetwork(ip, zones)
if (typeof opened === 'string') throw new Error(`no network for each zone: ${opened}`)
await using network = opened

const builds = mkdtempSync(join(tmpdir(), 'holdfast-faults-'))
process.once('exit', () => rmSync(builds, { recursive: true }))
const { before: code } = await buildTwoReleases(join(import.meta.dirname, '..'), builds)

const underFaults = async () => {
  await using mesh = await startMesh({ nodesPerZone: 3, etcdMembers: 3, network, code })
  const idle = await idleCost(mesh, idleMs)
  const figures = await runFaults(mesh, network, { signers, createPauseMs, calmMs: 2000, faults })
  for (const fault of figures.faults) console.log(lineOf(fault))
  return { idle, figures }
}

const stops: StopFigures[] = []
for (let run = 0; run < stopRuns; run += 1) {
  await using mesh = await startMesh({
    zones: defaultZones.slice(0, 1),
    nodesPerZone: 3,
    etcdMembers: 3,
    code,
  })
  stops.push(await stopInZone(mesh))
  console.log(JSON.stringify(stops.at(-1)))
}
const { idle, figures } = await underFaults()

const faultRow = (of: FaultFigures): readonly (string | number)[] => [
  `${of.fault}, ${of.lastsMs / 1000} s`,
  of.signed,
  of.failed,
  of.slowestMs,
  of.stallMs,
  of.created,
  of.interrupted,
  of.recoveryMs,
]

const seconds = new Map<string, number>(faults.map((of) => [of.fault, of.lastsMs / 1000]))
const inCells = (codes: Codes): string => textOfCodes(codes) || 'none'
const limitRow = (of: LimitFigures): readonly (string | number)[] => [
  `${of.fault}, ${seconds.get(of.fault)} s`,
  of.of,
  of.limit,
  of.asked,
  of.signed,
  inCells(of.refused),
  of.signedInTheEnd,
  of.exceeded,
]

const stopRow = (name: string, read: (figures: StopFigures) => readonly number[]) => [
  name,
  ...stops.map((run) => Math.max(...read(run))),
]

const lost = figures.lost.length
const { limits, intents } = figures
const exceeded = limits.reduce((sum, limit) => sum + limit.exceeded, 0)
const codes = [...new Set(stops.flatMap((run) => run.codes))].toSorted()

writeFileSync(
  join(import.meta.dirname, '../docs/faults-mesh.md'),
  `# Several nodes a zone, under faults

Written by \`npm run faults:mesh\` on ${machineText()}. The nodes run a
release; all of them, all etcd members and the load share this machine.
\`tests/faults/mesh.test.ts\` and \`tests/faults/zone-nodes.test.ts\` run the same scenarios,
shorter and from the sources, with every test run.

## A mesh under one fault after another

Three zones, each in a network namespace of its own, each with three nodes and an etcd of three
members. ${signers} clients sign in a loop, and one client for each zone makes wallets whose home
that zone is (durability 2). Zones are parted where packets between them are lost without a word;
clients reach all. *Failed* is a signature that no node gave in 20 s; *interrupted* a creation that
was not answered in 3 s; the same bytes continued ${figures.continued} of them later. *Recovery*
is from the fault's end, the start of what was killed included, until each node signs by itself.

${figureTable(
  [
    'fault',
    'signed',
    'failed',
    'slowest, ms',
    'longest stall, ms',
    'created',
    'interrupted',
    'recovery, ms',
  ],
  figures.faults.map(faultRow),
)}

Wallets that were acknowledged: ${figures.acknowledged}; lost: ${lost}. Each zone,
asked alone, shows the same document and signs by its key.

### Limits and intents under these faults

Beside that load, a client of each node asks for signatures under a policy rule that counts them in
one window, of a wallet made for the fault: so many signatures, or the value of so many transfers.
Each node has counted one of them before (a node that counts for a wallet for the first time since
its start asks more zones than a majority).
Each names the zone of its node to count it; each fourth goes to another node at the same time, by
the same bytes. What got no answer in ${askTimeoutMs / 1000} s is *refused* with the code that it
ended with. *In the end*, after the last fault, what got no final answer is sent again by the same
bytes, and more is asked for in each zone until it says that the limit is spent. *Exceeded* is what
all zones signed beyond the limit.

${figureTable(
  ['fault', 'limit of', 'limit', 'asked', 'signed', 'refused', 'signed in the end', 'exceeded'],
  limits.map(limitRow),
)}

Under a rule with \`once\`, another client asks for two transactions by one intent id, in two zones
at the same time, and after the last fault for both once more, each in another zone than before.

${figureTable(
  ['intents', 'requests', 'signed', 'refused', 'signed once in the end', 'none', 'signed twice'],
  [
    [
      intents.intents,
      intents.requests,
      intents.signed,
      inCells(intents.refused),
      intents.signedOnce,
      intents.unsigned,
      intents.signedTwice,
    ],
  ],
)}

## How soon all nodes of a zone stop

One zone of three nodes. A client of each node signs as fast as it can. Milliseconds, the slowest of
the three nodes; 0 where the last signature came before the answer to the revocation.

${figureTable(
  ['', ...stops.map((_, index) => `run ${index + 1}`)],
  [
    stopRow('revoked on one node → last signature by it on any', (run) => run.revokedMs),
    stopRow('a member of etcd stopped → longest time without a signature', (run) => run.memberMs),
    stopRow('all members of etcd stopped → last signature on any', (run) => run.silentMs),
    stopRow('etcd goes on → all nodes sign', (run) => run.backMs),
  ],
)}

While etcd was stopped the nodes answered \`${codes.join('`, `')}\`.

## What an idle zone costs

Beats are five commits a second and node. CPU of one core, over ${idleMs / 1000} s without clients,
from ${idleAfterMs / 1000} s after the start on: ${idle.nodePercent} % for a node,
${idle.etcdPercent} % for an etcd member.
`,
)
process.exitCode = lost + exceeded + intents.signedTwice === 0 ? 0 : 1
