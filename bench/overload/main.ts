/**
 * `npm run overload`: what callers who ask little wait while another sends twice what the node
 * answers and strangers ask for evidence; writes `docs/overload.md`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startSessionLoad } from '../load/session-load.ts'
import { describeMachine } from '../machine.ts'
import { startMeshWorld, zones } from '../mesh-world.ts'
import { createPinning, root } from '../server/pinned.ts'
import { startGreedyCaller } from './greedy-caller.ts'
import { type Latency, openModestCallers } from './modest-callers.ts'
import { startStrangers } from './strangers.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    out: { type: 'string', default: join(root, 'docs/overload.md') },
  },
})
const seconds = Number(values.seconds)
const callers = 4
const sessions = 8
const strangers = 32

const world = await startMeshWorld(createPinning())
try {
  const node = world.asked
  const here = zones.slice(0, 1)
  const wallet = await world.create(here, 'session')
  const other = await world.create(here, 'session')
  const modest = await openModestCallers({ ...world, node, wallet }, callers)
  const alone = await modest.measure(seconds)

  const load = await startSessionLoad({ ...world, node, wallet: other, inFlight: 64 })
  await delay(1000)
  const before = load.operations()
  await delay(seconds * 1000)
  const capacity = (load.operations() - before) / seconds
  await load.stop()

  const perSecond = 2 * capacity
  const greedy = await startGreedyCaller({ ...world, node, wallet: other, sessions, perSecond })
  const crowd = startStrangers(node.plain, strangers)
  await delay(1000)
  const atStart = { greedy: greedy.counts(), crowd: crowd.counts() }
  const overloaded = await modest.measure(seconds)
  const atEnd = { greedy: greedy.counts(), crowd: crowd.counts() }
  greedy.stop()
  crowd.stop()
  modest.stop()

  const rate = (from: number, to: number): string => String(Math.round((to - from) / seconds))
  const row = (name: string, { count, p50Ms, p99Ms, slowestMs }: Latency): string => {
    const times = [p50Ms, p99Ms, slowestMs].map((ms) => ms.toFixed(1))
    return `| ${[name, String(count), ...times].join(' | ')} |`
  }
  const { greedy: sentBefore, crowd: crowdBefore } = atStart
  const { greedy: sentAfter, crowd: crowdAfter } = atEnd
  const machine = describeMachine()
  writeFileSync(
    values.out,
    `# Answers under twice the load that a node answers

\`npm run overload\` writes this file. ${callers} sessions of one wallet each ask for a
signature, wait for it, pause 50 ms, and ask again. Meanwhile another wallet sends, over ${sessions}
sessions, twice the signatures that the node answered before (${Math.round(capacity)} a second),
without waiting, and ${strangers} connections of strangers ask for evidence as fast as they are
answered.

| the callers who ask little | signatures | median ms | p99 ms | slowest ms |
| --- | --- | --- | --- | --- |
${row('alone', alone)}
${row('under that load', overloaded)}

Meanwhile, a second: ${rate(sentBefore.sent, sentAfter.sent)} asked by the other wallet and
${rate(sentBefore.answered, sentAfter.answered)} answered; evidence for strangers
${rate(crowdBefore.answered, crowdAfter.answered)}, refused to them
${rate(crowdBefore.refused, crowdAfter.refused)}. No figure is asserted by a test. Measured on
${machine.processor}, ${machine.processors} of its
processors, which clients and nodes share; ${machine.system}; Node ${machine.node}.
`,
  )
} finally {
  await world.stop()
}
