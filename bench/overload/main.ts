/**
 * `npm run overload`: what callers who ask little wait while one asks far more than the node
 * answers: another wallet with strangers beside it, a KMIP tenant, another node of the mesh. Writes
 * `docs/overload.md`.
 */
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSessionLoad } from '../load/session-load.ts'
import { describeMachine } from '../machine.ts'
import { startMeshWorld, zones } from '../mesh-world.ts'
import { createPinning, root } from '../server/pinned.ts'
import { startGreedyCaller } from './greedy-caller.ts'
import { startGreedyTenant } from './greedy-tenant.ts'
import { measureUnder, type Overloaded } from './measure.ts'
import type { Latency } from './modest-callers.ts'
import { startModestProcess } from './modest-process.ts'
import { startStrangers } from './strangers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: join(root, 'docs/overload.md') },
  },
})
/** What else runs here makes every answer later. */
const loadBefore = (loadavg()[0] ?? 0).toFixed(1)
const seconds = Number(values.seconds)
const callers = 4
const sessions = 8
const strangers = 32
const inFlight = 32

const latencyCells = ({ count, p50Ms, p99Ms, slowestMs }: Latency): readonly string[] => [
  String(count),
  ...[p50Ms, p99Ms, slowestMs].map((ms) => ms.toFixed(1)),
]
const rowOf = (name: string, { latency, sent, answered }: Overloaded): string => {
  const rates = [sent, answered].map((rate) => String(Math.round(rate)))
  return `| ${[name, ...latencyCells(latency), ...rates].join(' | ')} |`
}

const world = await startMeshWorld(createPinning())
try {
  const node = world.asked
  const here = zones.slice(0, 1)
  const other = await world.create(here, 'session')
  const modest = await startModestProcess(node, callers)
  const alone = await modest.measure(seconds)

  const load = await startSessionLoad({ ...world, node, wallet: other, inFlight: 64 })
  await delay(1000)
  const before = load.operations()
  await delay(seconds * 1000)
  const capacity = (load.operations() - before) / seconds
  await load.stop()

  const asking = { ...world, wallet: other, sessions, perSecond: 2 * capacity }
  const crowd = startStrangers(node.plain, strangers)
  const byWallet = await measureUnder(modest, await startGreedyCaller({ ...asking, node }), seconds)
  const ofCrowd = crowd.counts()
  crowd.stop()
  const tenant = await startGreedyTenant(world, { connections: sessions, inFlight })
  const byTenant = await measureUnder(modest, tenant, seconds)
  // Sessions that end in the measured node, opened at another, which relays what they send.
  const relayed = { ...node, client: world.others[0]?.client ?? node.client }
  const peer = await startGreedyCaller({ ...asking, node: relayed })
  const byPeer = await measureUnder(modest, peer, seconds)
  modest.stop()

  const machine = describeMachine()
  writeFileSync(
    values.out,
    `# Answers under more load than a node answers

\`npm run overload\` writes this file. ${callers} sessions of one wallet each ask for a
signature, wait for it, pause 50 ms, and ask again. Meanwhile somebody else asks far more:

- another wallet sends, over ${sessions} sessions, twice the signatures that the node answered
  before (${Math.round(capacity)} a second), without waiting, and ${strangers} connections of
  strangers ask for evidence as fast as they are answered (${ofCrowd.answered} answers in all,
  ${ofCrowd.refused} refused);
- a KMIP tenant has ${inFlight} Sign in flight on each of ${sessions} connections;
- another node of the mesh relays to this one what the first wallet sends there, at the same
  rate.

| meanwhile | signatures | median ms | p99 ms | slowest ms | asked a second | answered |
| --- | --- | --- | --- | --- | --- | --- |
| nothing | ${latencyCells(alone).join(' | ')} | | |
${rowOf('another wallet, and strangers', byWallet)}
${rowOf('a KMIP tenant', byTenant)}
${rowOf('another node', byPeer)}

The first five columns are of the callers who ask little, the last two of the one who asks much. No
figure is asserted by a test. Measured on ${machine.processor}, ${machine.processors} of its
processors, which clients and nodes share (the callers who ask little in a process of their own);
${machine.system}; Node ${machine.node}. Its load was ${loadBefore} before anything
of this began.
`,
  )
} finally {
  await world.stop()
}
