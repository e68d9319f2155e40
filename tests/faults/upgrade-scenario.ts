/**
 * A mesh of real processes goes from one measurement to another under load: by manifests that
 * governors sign with files, node by node. The test and `npm run faults:upgrade` share it.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startNode } from '@holdfast/cli/processes/node-process'
import type { Client } from '@holdfast/sdk'
import type { MeshNode, TestMesh } from '../support/mesh.ts'
import { sealedCache, sealedEpochs } from '../support/sealed-epochs.ts'
import type { Code } from '../support/two-releases.ts'
import { governFromElsewhere } from './govern.ts'
import type { Codes } from './mesh-asking.ts'
import {
  continueInterrupted,
  type Load,
  type LoadSize,
  type PhaseFigures,
  startLoad,
} from './mesh-load.ts'
import { lostWallets, untilAllSign, untilEqual } from './mesh-scenario.ts'

export type UpgradePhase =
  | 'old code alone'
  | 'new code before it is listed'
  | 'both listed'
  | 'nodes replaced'
  | 'old code removed'
  | 'last node replaced'

/** What one node has at a moment. */
export type Holder = {
  readonly name: string
  readonly code: string
  /** Of the zone's keys that its machine keeps sealed. */
  readonly sealed: readonly number[]
  /** Of the key that it serves under; undefined where it does not serve. */
  readonly epoch: number | undefined
}

/** A process whose code is not listed: what it says of itself, and what it was given. */
export type Unlisted = { readonly state: string; readonly sealed: readonly number[] }

export type UpgradeFigures = {
  readonly phases: readonly (PhaseFigures & { readonly phase: UpgradePhase })[]
  /** At the end of each phase. */
  readonly holders: ReadonlyMap<UpgradePhase, readonly Holder[]>
  /** The new code, started before governors listed it; only where that is tried. */
  readonly early: Unlisted | undefined
  /** The last node of the old code, that ran while it was removed. */
  readonly left: Unlisted
  /** The old code, started after it was removed, with the cache that it had. */
  readonly late: Unlisted
  /** From the start of a new process until it is ready, one for each node. */
  readonly readyMs: readonly number[]
  /** From the removal until every zone's records are under a new key. */
  readonly rotatedMs: number
  readonly acknowledged: number
  readonly continued: number
  readonly lost: readonly string[]
  /** By which signatures failed. */
  readonly codes: Codes
}

export type UpgradeOptions = LoadSize & {
  readonly before: Code
  readonly after: Code
  /** Whether the new code is started before it is listed, too. */
  readonly tooEarly: boolean
  /** Each phase lasts so long at least. */
  readonly phaseMs: number
  /** How long a process whose code is not listed is watched. */
  readonly unlistedMs: number
}

const settleMsMax = 30_000

const until = async (what: string, met: () => Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + settleMsMax
  while (!(await met())) {
    if (performance.now() > deadline) throw new Error(`it does not come to it: ${what}`)
    await delay(50)
  }
}

const stateOf = async (node: MeshNode): Promise<string> => {
  try {
    const answer = await fetch(`${node.management}/readyz`, { signal: AbortSignal.timeout(1000) })
    return (await answer.text()).trim()
  } catch {
    return 'no answer'
  }
}

const holdersMsMax = 10_000

/** A machine that is short of time makes a node late for a moment: it is asked again then. */
const holdersOf = async (mesh: TestMesh, client: Client): Promise<readonly Holder[]> => {
  const running = mesh.nodes.filter((node) => node.isRunning()).length
  const deadline = performance.now() + holdersMsMax
  let told = await client.nodes()
  const serving = () => told.filter(({ status }) => status?.state === 'ready').length
  while (serving() < running && performance.now() < deadline) {
    await delay(100)
    told = await client.nodes()
  }
  return mesh.nodes.map(({ name, url, dir }) => {
    const status = told.find(({ node }) => node === url)?.status
    const serves = status?.state === 'ready'
    return {
      name,
      code: status?.node.measurement ?? '',
      sealed: sealedEpochs(dir),
      epoch: serves ? status.zoneKey?.epoch : undefined,
    }
  })
}

const allTell = async (
  client: Client,
  nodes: readonly MeshNode[],
  met: (status: NonNullable<Awaited<ReturnType<Client['nodes']>>[number]['status']>) => boolean,
): Promise<boolean> => {
  const told = await client.nodes()
  return nodes.every(({ url }) => {
    const status = told.find(({ node }) => node === url)?.status
    return status !== undefined && met(status)
  })
}

/** What becomes of a process of code that no manifest lists, in the place of a node. */
const tryUnlisted = async (
  mesh: TestMesh,
  node: MeshNode,
  { program, ms }: { readonly program: string; readonly ms: number },
): Promise<Unlisted> => {
  const layout = mesh.layout.node(node.name)
  const { PATH } = process.env
  const tried = startNode({ name: node.name, layout, env: { PATH }, program })
  // It can never be ready, and says so by nothing.
  const served = tried.ready().then(
    () => true,
    () => false,
  )
  const states: string[] = []
  const look = async (): Promise<string> => {
    const state = await stateOf(node)
    states.push(state)
    return state
  }
  await until('it has begun', async () => !['no answer', 'starting'].includes(await look()))
  // Whoever tells all nodes of a new manifest tells those that wait, too: it ends none of them.
  tried.kill('SIGHUP')
  for (const deadline = performance.now() + ms; performance.now() < deadline; ) {
    await look()
    await delay(100)
  }
  const state = states.includes('ok') ? 'ok' : (states.at(-1) ?? '')
  await tried.stop()
  return { state: (await served) ? 'ready' : state, sealed: sealedEpochs(node.dir) }
}

/** What is left of the load when nothing is owed any more. */
const settle = async (mesh: TestMesh, client: Client, load: Load) => {
  await load.end()
  const continued = await continueInterrupted(load, client, settleMsMax)
  await untilEqual(mesh)
  await untilAllSign(mesh, load.acknowledged[0]!)
  return {
    acknowledged: load.acknowledged.length,
    continued,
    lost: await lostWallets(mesh, load.acknowledged),
    codes: Object.fromEntries(load.codes),
  }
}

export const upgradeUnderLoad = async (
  mesh: TestMesh,
  options: UpgradeOptions,
): Promise<UpgradeFigures> => {
  const { before, after, phaseMs, tooEarly, unlistedMs } = options
  const govern = await governFromElsewhere(mesh)
  const last = mesh.nodes.at(-1)!
  const client = await mesh.connect()
  const load = await startLoad(mesh, options)
  const holders = new Map<UpgradePhase, readonly Holder[]>()
  const readyMs: number[] = []
  const during = async (phase: UpgradePhase, work: () => Promise<unknown>): Promise<void> => {
    load.enter(phase)
    await Promise.all([work(), delay(phaseMs)])
    holders.set(phase, await holdersOf(mesh, client))
  }
  /** As MRENCLAVE would not open what other code sealed: the key comes from a peer alone. */
  const replace = async (node: MeshNode): Promise<void> => {
    await node.kill('SIGTERM')
    await rm(join(node.dir, sealedCache))
    const beganAt = performance.now()
    await node.restart(after.program)
    readyMs.push(Math.round(performance.now() - beganAt))
  }

  let early: Unlisted | undefined
  let late: Unlisted | undefined
  let left: Unlisted | undefined
  await during('old code alone', async () => undefined)
  if (tooEarly) {
    await during('new code before it is listed', async () => {
      await last.kill('SIGTERM')
      await rm(join(last.dir, sealedCache))
      early = await tryUnlisted(mesh, last, { program: after.program, ms: unlistedMs })
      await last.restart()
    })
  }
  await during('both listed', async () => {
    // A mesh made just now: the delay of new code is waived by all of its governors.
    const change = ['--add-measurement', after.measurement, '--emergency']
    await govern({ signers: 3, change })
    const met = () => allTell(client, mesh.nodes, ({ manifestSerial }) => manifestSerial === 2)
    await until('all nodes have the second manifest', met)
  })
  const others = mesh.nodes.filter((node) => node !== last)
  await during('nodes replaced', async () => {
    for (const node of others) await replace(node)
  })
  let rotatedMs = 0
  await during('old code removed', async () => {
    const change = ['--remove-measurement', before.measurement]
    await govern({ signers: 2, change })
    const removedAt = performance.now()
    await until('every zone has another key', () =>
      allTell(client, others, ({ zoneKey }) => zoneKey?.epoch === 2 && !zoneKey.rotating),
    )
    rotatedMs = Math.round(performance.now() - removedAt)
    await until('the old code serves no longer', async () => (await stateOf(last)) !== 'ok')
    left = { state: await stateOf(last), sealed: sealedEpochs(last.dir) }
    await last.kill('SIGTERM')
    late = await tryUnlisted(mesh, last, { program: before.program, ms: unlistedMs })
  })
  await during('last node replaced', () => replace(last))
  const settled = await settle(mesh, client, load)
  const figures = load.figures()
  return {
    phases: [...holders.keys()].map((phase) => ({ phase, ...figures.get(phase)! })),
    holders,
    early,
    left: left!,
    late: late!,
    readyMs,
    rotatedMs,
    ...settled,
  }
}
