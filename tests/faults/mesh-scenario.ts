/**
 * A mesh of several nodes a zone on real etcd, under load and under one fault after another. The
 * test runs some of them, `npm run faults:mesh` all.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Wallet } from '@holdfast/sdk'
import type { MeshNode, TestMesh } from '../support/mesh.ts'
import type { ZoneNetwork } from '../support/zone-network.ts'
import { connectEach } from './mesh-asking.ts'
import { type IntentFigures, startIntents } from './mesh-intents.ts'
import { type LimitFigures, startLimits } from './mesh-limits.ts'
import {
  continueInterrupted,
  type Load,
  type LoadSize,
  type PhaseFigures,
  signsFor,
  startLoad,
} from './mesh-load.ts'

export type FaultName =
  | 'node killed'
  | 'etcd leader killed'
  | 'zone killed'
  | 'node stopped'
  | 'two zones parted'
  | 'all zones parted'

export type FaultFigures = PhaseFigures & {
  readonly fault: FaultName
  readonly lastsMs: number
  /** From the fault's end until every node signs by itself again. */
  readonly recoveryMs: number
}

export type MeshFigures = {
  readonly nodes: number
  readonly calm: PhaseFigures
  readonly faults: readonly FaultFigures[]
  readonly acknowledged: number
  readonly continued: number
  /** Acknowledged wallets that a zone does not sign for, or has another document of. */
  readonly lost: readonly string[]
  /** In the order of the faults. */
  readonly limits: readonly LimitFigures[]
  readonly intents: IntentFigures
}

type World = { readonly mesh: TestMesh; readonly network: ZoneNetwork; readonly load: Load }

/** Begins a fault; what it returns ends it. */
type Fault = (world: World) => Promise<() => Promise<unknown>>

const nodesOf = ({ mesh }: World, zone: string): readonly MeshNode[] =>
  mesh.nodes.filter((node) => node.zone === zone)

const faults: Readonly<Record<FaultName, Fault>> = {
  'node killed': async ({ mesh }) => {
    const node = mesh.node('eu-west')
    await node.kill('SIGKILL')
    return () => node.restart()
  },
  'etcd leader killed': async ({ mesh }) => {
    const members = mesh.etcd.filter((member) => member.zone === 'us-east')
    const leads = await Promise.all(members.map((member) => member.leads()))
    const leader = members.find((_, index) => leads[index] === true)
    await leader?.kill('SIGKILL')
    return async () => leader?.start()
  },
  'zone killed': async (world) => {
    const nodes = nodesOf(world, 'ap-south')
    const members = world.mesh.etcd.filter((member) => member.zone === 'ap-south')
    await Promise.all([...nodes, ...members].map((one) => one.kill('SIGKILL')))
    return () => {
      for (const member of members) member.start()
      return Promise.all(nodes.map((node) => node.restart()))
    }
  },
  'node stopped': async ({ mesh }) => {
    const node = mesh.node('us-east')
    process.kill(node.pid(), 'SIGSTOP')
    return async () => process.kill(node.pid(), 'SIGCONT')
  },
  'two zones parted': async ({ network }) => {
    network.part(['eu-west', 'us-east'])
    return async () => network.heal()
  },
  'all zones parted': async ({ network }) => {
    network.part(['eu-west', 'us-east', 'ap-south'])
    return async () => network.heal()
  },
}

const recoveryMsMax = 60_000

/** Until each node, asked alone, signs for the first wallets. */
export const untilAllSign = async (mesh: TestMesh, wallet: Wallet): Promise<void> => {
  const until = performance.now() + recoveryMsMax
  await Promise.all(
    mesh.nodes.map(async ({ name, url }) => {
      for (;;) {
        try {
          const client = await mesh.connect({ nodes: [url] })
          const signed = await signsFor(client, wallet, 0n, 2000)
          client.close()
          if (signed) return
        } catch (error) {
          if (performance.now() > until) throw new Error(`${name} does not sign`, { cause: error })
        }
        await delay(100)
      }
    }),
  )
}

/** Each acknowledged wallet, at each zone alone: the same document, and a signature by its key. */
export const lostWallets = async (
  mesh: TestMesh,
  wallets: readonly Wallet[],
): Promise<string[]> => {
  const firsts = mesh.nodes.filter(({ name, zone }) => name === zone)
  const found = await Promise.all(
    firsts.map(async ({ zone, url }) => {
      const alone = await mesh.connect({ nodes: [url] })
      const lost: string[] = []
      for (const wallet of wallets) {
        const shown = await alone.showWallet(wallet.id)
        const same = shown.node.zone === zone && shown.wallet.request === wallet.request
        if (!same || !(await signsFor(alone, wallet, 0n))) lost.push(`${wallet.id} at ${zone}`)
      }
      return lost
    }),
  )
  return found.flat()
}

/** Waits until every zone says that it owes nothing and that it holds as many as the others. */
export const untilEqual = async (
  mesh: TestMesh,
  timeoutMs: number = recoveryMsMax,
): Promise<void> => {
  const client = await mesh.connect()
  const until = performance.now() + timeoutMs
  for (;;) {
    const nodes = await client.nodes()
    const wallets = new Set(nodes.map(({ status }) => status?.wallets))
    if (wallets.size === 1 && nodes.every(({ status }) => status?.outbox === 0)) return
    if (performance.now() > until) return
    await delay(200)
  }
}

export type MeshFaults = readonly { readonly fault: FaultName; readonly lastsMs: number }[]

export const runFaults = async (
  mesh: TestMesh,
  network: ZoneNetwork,
  options: LoadSize & { readonly calmMs: number; readonly faults: MeshFaults },
): Promise<MeshFigures> => {
  const each = await connectEach(mesh)
  const limits = await startLimits(mesh, each, options.faults)
  const intents = await startIntents(mesh, each)
  const load = await startLoad(mesh, options)
  const world = { mesh, network, load }
  await delay(options.calmMs)
  const recoveries: { fault: FaultName; lastsMs: number; recoveryMs: number }[] = []
  for (const { fault, lastsMs } of options.faults) {
    load.enter(fault)
    limits.enter(fault)
    const end = await faults[fault](world)
    await delay(lastsMs)
    const endedAt = performance.now()
    await end()
    await untilAllSign(mesh, load.acknowledged[0]!)
    recoveries.push({ fault, lastsMs, recoveryMs: Math.round(performance.now() - endedAt) })
    load.enter('calm')
    await delay(options.calmMs)
  }
  await Promise.all([load.end(), limits.end(), intents.end()])
  const client = await mesh.connect()
  const continued = await continueInterrupted(load, client, recoveryMsMax)
  await untilEqual(mesh)
  const figures = load.figures()
  const [lost, limitFigures, intentFigures] = await Promise.all([
    lostWallets(mesh, load.acknowledged),
    limits.settle(),
    intents.settle(),
  ])
  return {
    nodes: mesh.nodes.length,
    calm: figures.get('calm')!,
    faults: recoveries.map((recovery) => ({ ...figures.get(recovery.fault)!, ...recovery })),
    acknowledged: load.acknowledged.length,
    continued,
    lost,
    limits: limitFigures,
    intents: intentFigures,
  }
}

/** One line for people. */
export const lineOf = ({ fault, ...of }: FaultFigures): string =>
  `${fault} for ${of.lastsMs} ms: ${of.signed} signed, ${of.failed} failed, slowest ` +
  `${of.slowestMs} ms, stall ${of.stallMs} ms; ${of.created} created, ${of.interrupted} ` +
  `interrupted; all nodes sign after ${of.recoveryMs} ms`
