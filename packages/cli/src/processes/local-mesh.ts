/** All nodes of a mesh folder as processes of this machine, and the etcd members of its zones. */
import { restartConfirmMs } from '../limits.ts'
import { forgetBoot } from '../mesh-folder/confirm-boots.ts'
import { readEtcdFile } from '../mesh-folder/etcd-file.ts'
import { type MeshLayout, meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { type NodeConfig, readNodeConfig } from '../mesh-folder/node-config.ts'
import { nodeNames, zoneOfNode } from '../mesh-folder/node-names.ts'
import { type EtcdProcess, startEtcd } from './etcd-cluster.ts'
import { startOperator } from './local-operator.ts'
import type { Environment, Within } from './node-environment.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export type LocalNode = {
  /** The zone, or for a further node of it `eu-west.2`. */
  readonly name: string
  readonly zone: string
  readonly config: NodeConfig
  /** The process that runs now, or ran last. */
  process(): NodeProcess
  /** Starts it again, of another program from then on where one is named; waits until ready. */
  restart(program?: string): Promise<void>
}

export type LocalMesh = {
  readonly dir: string
  readonly nodes: readonly LocalNode[]
  /** Members of the zones' etcd clusters; none where the stores are SQLite files. */
  readonly etcd: readonly EtcdProcess[]
  /** Settles when every node is ready. */
  ready(): Promise<void>
  /** By name; a zone's name is that of its first node. */
  node(name: string): LocalNode | undefined
  /** Ends all nodes, in parallel, then the etcd members. */
  stop(): Promise<void>
}

const nowhereElse: Within = () => []

/** Nobody is to name the boot before. */
const startAnew = async (
  layout: MeshLayout,
  options: Omit<Parameters<typeof startNode>[0], 'layout'>,
): Promise<NodeProcess> => {
  await forgetBoot(layout, options.name)
  return startNode({ ...options, layout: layout.node(options.name) })
}

/** Starts the nodes of all zones, and before them what they store in. */
export const startLocalMesh = async (
  dir: string,
  env: Environment,
  { within = nowhereElse, ...code }: { readonly within?: Within; readonly program?: string } = {},
): Promise<LocalMesh> => {
  const layout = meshLayout(dir)
  const { manifest } = await readManifest(layout, Date.now())
  const zones = manifest.zones.map(({ id }) => id)
  const names = await nodeNames(layout, zones)
  const planned = await readEtcdFile(layout)
  const etcd = planned && startEtcd(layout, planned, { env, within })
  const confirmed = async (delayMs: number, ready: () => Promise<unknown>): Promise<void> => {
    const operator = startOperator(layout, names, delayMs)
    try {
      await ready()
    } finally {
      operator.stop()
    }
  }
  const started: (() => NodeProcess)[] = []
  // However this command ends, unless it is killed outright, what it started ends with it.
  const endWithThis = (): void => {
    for (const process of started) process().kill('SIGTERM')
    for (const member of etcd?.members ?? []) void member.kill('SIGKILL')
  }
  process.once('exit', endWithThis)
  try {
    await etcd?.ready()
  } catch (error) {
    await etcd?.stop()
    process.off('exit', endWithThis)
    throw error
  }
  const nodes = await Promise.all(
    names.map(async (name): Promise<LocalNode> => {
      const config = await readNodeConfig(layout, name)
      const zone = zoneOfNode(name)
      const start = (from: typeof code): Promise<NodeProcess> =>
        startAnew(layout, { name, env, within: within(zone), ...from })
      let own = code
      let current = await start(own)
      started.push(() => current)
      return {
        name,
        zone,
        config,
        process: () => current,
        restart: async (program) => {
          await current.stop()
          own = program === undefined ? own : { program }
          current = await start(own)
          await confirmed(restartConfirmMs, () => current.ready())
        },
      }
    }),
  )
  return {
    dir,
    nodes,
    etcd: etcd?.members ?? [],
    ready: async () => {
      await confirmed(0, () => Promise.all(nodes.map((node) => node.process().ready())))
    },
    node: (name) => nodes.find((node) => node.name === name),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.process().stop()))
      await etcd?.stop()
      process.off('exit', endWithThis)
    },
  }
}
