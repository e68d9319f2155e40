/** `npm run bench:mesh`: measures whole meshes in one run and writes `docs/benchmarks-mesh.md`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startMesh } from '../../tests/support/mesh.ts'
import { restMs } from '../limits.ts'
import { describeMachine } from '../machine.ts'
import { atRest } from '../measure-all.ts'
import { createPinning, root } from '../server/pinned.ts'
import { figureTable } from '../table.ts'
import {
  catchUp,
  createClient,
  creations,
  etcdBytes,
  meshZones,
  signatures,
  sqliteBytes,
} from './cases.ts'
import type { Throughput } from './throughput.ts'

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const awayWallets = 500
const restingWallets = 100_000

const client = await createClient()
const rows: (readonly [what: string, perSecond: number, cpuMicros: number])[] = []
const note = (what: string, { perSecond, cpuMicros }: Throughput): void => {
  say(`${what}: ${perSecond}/s, ${cpuMicros} µs`)
  rows.push([what, perSecond, cpuMicros])
}

const onSqlite = async () => {
  await using mesh = await startMesh({ zones: meshZones })
  for (const durability of [1, 2, 3]) {
    const seen = await creations(mesh, client, durability)
    note(`creations on SQLite, durability ${durability} of 3 zones`, seen)
  }
  const away = await catchUp(mesh, client, awayWallets)
  say(`catch-up: ${away.wallets} wallets in ${away.seconds} s`)
  const [first] = mesh.nodes
  return { away, bytes: first === undefined ? 0 : await sqliteBytes(first) }
}

const onEtcd = async () => {
  await using mesh = await startMesh({ zones: meshZones, etcdMembers: 1 })
  const seen = await creations(mesh, client, 2)
  note('creations on etcd (one member a zone), durability 2 of 3 zones', seen)
  const [first] = mesh.nodes
  return first === undefined ? 0 : await etcdBytes(mesh, first)
}

const sqlite = await onSqlite()
const etcd = await onEtcd()
for (const nodes of [1, 2, 3]) {
  const named = nodes === 1 ? 'one node' : `${nodes} nodes`
  note(`signatures by one zone of ${named} on etcd`, await signatures(client, nodes))
}

const resting = await atRest(createPinning(), { wallets: restingWallets, restMs })
say(`${resting.wallets} wallets: ${resting.residentBytes / 1e6} MB`)

const { processor, processors, memoryGiB, system, node } = describeMachine()
const { wallets, seconds } = sqlite.away
const perSecond = Math.round(wallets / seconds)
writeFileSync(
  join(root, 'docs/benchmarks-mesh.md'),
  `# Whole meshes, measured

Written by \`npm run bench:mesh\` on ${processors} × ${processor},
${memoryGiB} GiB, ${system}, Node ${node}.

All nodes, all etcd members and the client share these processors: operations a second say what
the whole machine does, and more nodes of a zone cannot add to it here. CPU is that of all nodes and
etcd members together, for one operation; where it stays the same as nodes are added, machines that
are added sign as much more.

${figureTable(['what', 'a second', 'CPU, µs'], rows)}

- **A zone that was away**: ${wallets} wallets with their keys (${2 * wallets} records) in
  ${seconds.toFixed(1)} s from its start: ${perSecond} wallets, ${2 * perSecond} records a second.
- **Bytes of a wallet** with one key and one account, in each zone: ${sqlite.bytes} in SQLite,
  ${etcd} in etcd after a compaction, with what is remembered of its creation.
- **Memory** of a node at rest whose zone has ${resting.wallets.toLocaleString('en')} wallets:
  ${Math.round(resting.residentBytes / 1e6)} MB resident.
`,
)
