/** All nodes of a mesh folder as processes of this machine. */
import { meshLayout } from '../mesh-folder/layout.ts'
import { readManifest } from '../mesh-folder/manifest-file.ts'
import { type NodeConfig, readNodeConfig } from '../mesh-folder/node-config.ts'
import type { Environment } from './node-environment.ts'
import { type NodeProcess, startNode } from './node-process.ts'

export type LocalNode = {
  readonly zone: string
  readonly config: NodeConfig
  /** The process that runs now, or ran last. */
  process(): NodeProcess
  /** Starts it again and waits until it is ready. */
  restart(): Promise<void>
}

export type LocalMesh = {
  readonly dir: string
  readonly nodes: readonly LocalNode[]
  /** Settles when every node is ready. */
  ready(): Promise<void>
  node(zone: string): LocalNode | undefined
  /** Ends all nodes, in parallel. */
  stop(): Promise<void>
}

/** Starts the nodes of all zones. */
export const startLocalMesh = async (dir: string, env: Environment): Promise<LocalMesh> => {
  const layout = meshLayout(dir)
  const { manifest } = await readManifest(layout, Date.now())
  const nodes = await Promise.all(
    manifest.zones.map(async ({ id: zone }): Promise<LocalNode> => {
      const config = await readNodeConfig(layout, zone)
      const start = (): NodeProcess => startNode({ zone, layout: layout.node(zone), env })
      let current = start()
      return {
        zone,
        config,
        process: () => current,
        restart: async () => {
          await current.stop()
          current = start()
          await current.ready()
        },
      }
    }),
  )
  return {
    dir,
    nodes,
    ready: async () => {
      await Promise.all(nodes.map((node) => node.process().ready()))
    },
    node: (zone) => nodes.find((node) => node.zone === zone),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.process().stop()))
    },
  }
}
