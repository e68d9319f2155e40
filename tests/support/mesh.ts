/**
 * A whole mesh of real node processes on free ports of loopback, in a folder of its own. It is
 * made and started by the same code as `holdfast init` and `holdfast start`.
 *
 *     await using mesh = await startMesh()
 *     const client = await mesh.connect()
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManifestZone } from '@holdfast/base/manifest'
import { createMesh } from '@holdfast/cli/mesh-folder/create-mesh'
import { type MeshLayout, meshLayout } from '@holdfast/cli/mesh-folder/layout'
import { currentMeasurement } from '@holdfast/cli/mesh-folder/node-program'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import type { EtcdProcess } from '@holdfast/cli/processes/etcd-cluster'
import { startLocalMesh } from '@holdfast/cli/processes/local-mesh'
import { type ApiKey, type Client, MeshId } from '@holdfast/sdk'
import { type ConnectOptions, connect, readApiKey } from '@holdfast/sdk/node'
import type { ZoneNetwork } from './zone-network.ts'

export type MeshNode = {
  /** The zone, or for a further node of it `eu-west.2`. */
  readonly name: string
  readonly zone: string
  /** HTTPS, whose TLS ends in the node. */
  readonly url: string
  /** HTTP without TLS. */
  readonly plainUrl: string
  /** http://host:port of /readyz and /metrics. */
  readonly management: string
  /** host:port of KMIP over TLS. */
  readonly kmip: string
  /** The folder of its store, log and configuration. */
  readonly dir: string
  pid(): number
  isRunning(): boolean
  /** Sends a signal (default SIGKILL) and waits until the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<void>
  /**
   * Ends it where it runs, starts it again, and waits until it is ready; by another program from
   * then on, where one is named.
   */
  restart(program?: string): Promise<void>
}

export type TestMesh = AsyncDisposable & {
  readonly dir: string
  readonly layout: MeshLayout
  readonly mesh: MeshId
  readonly nodes: readonly MeshNode[]
  /** By name; a zone's name is that of its first node. */
  node(name: string): MeshNode
  /** Members of the zones' etcd clusters. */
  readonly etcd: readonly EtcdProcess[]
  /** A client of all nodes, in their order, with the mesh's own API key. */
  connect(options?: Partial<ConnectOptions>): Promise<Client>
  /** The API key that `holdfast init` made. */
  readonly key: ApiKey
  /** Ends every process by its id and removes the folder. */
  stop(): Promise<void>
}

/** Without the test runner's own variables. */
const nodeEnv = { ...process.env }

export const startMesh = async (
  options: {
    readonly zones?: readonly ManifestZone[]
    readonly nodesPerZone?: number
    /** Where the processes of each zone run; default on loopback. */
    readonly network?: Pick<ZoneNetwork, 'hostOf' | 'within'>
    /** Of each zone; default none: SQLite files. */
    readonly etcdMembers?: number
    /** More of `node.json` for every node. */
    readonly nodeConfig?: object
    /** What the nodes run, and what the genesis manifest lists; default the sources. */
    readonly code?: { readonly program: string; readonly measurement: string }
    /** More variables for every node. */
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Promise<TestMesh> => {
  const zones = options.zones ?? defaultZones
  const parent = await mkdtemp(join(tmpdir(), 'holdfast-mesh-'))
  const dir = join(parent, 'mesh')
  const { mesh } = await createMesh({
    dir,
    name: 'test',
    zones,
    firstPort: 0,
    measurement: options.code?.measurement ?? (await currentMeasurement()),
    nowMs: Date.now(),
    nodesPerZone: options.nodesPerZone ?? 1,
    etcdMembers: options.etcdMembers ?? 0,
    ...(options.network === undefined ? {} : { hostOf: options.network.hostOf }),
  })
  const layout = meshLayout(dir)
  for (const { id } of options.nodeConfig === undefined ? [] : zones) {
    const { config } = layout.node(id)
    const made = JSON.parse(await readFile(config, 'utf8')) as object
    await writeFile(config, JSON.stringify({ ...made, ...options.nodeConfig }))
  }
  const local = await startLocalMesh(
    dir,
    { ...nodeEnv, ...options.env },
    {
      ...(options.network === undefined ? {} : { within: options.network.within }),
      ...(options.code === undefined ? {} : { program: options.code.program }),
    },
  )
  const clients: Client[] = []
  const stop = async (): Promise<void> => {
    for (const client of clients.splice(0)) client.close()
    await local.stop()
    await rm(parent, { recursive: true, force: true })
  }
  try {
    await local.ready()
  } catch (error) {
    await stop()
    throw error
  }
  const key = await readApiKey(layout.clientKey)
  const nodes = local.nodes.map(
    (node): MeshNode => ({
      name: node.name,
      zone: node.zone,
      url: `https://${node.config.listenClient}`,
      plainUrl: `http://${node.config.listenPlain}`,
      management: `http://${node.config.listenManagement}`,
      kmip: node.config.listenKmip ?? '',
      dir: layout.node(node.name).dir,
      pid: () => node.process().pid,
      isRunning: () => node.process().isRunning(),
      kill: async (signal = 'SIGKILL') => {
        node.process().kill(signal)
        await node.process().ended
      },
      restart: (program) => node.restart(program),
    }),
  )
  return {
    dir,
    layout,
    mesh: MeshId(mesh),
    nodes,
    key,
    node: (name) => {
      const found = nodes.find((node) => node.name === name)
      if (found === undefined) throw new Error(`the mesh has no node ${name}`)
      return found
    },
    etcd: local.etcd,
    connect: async (more = {}) => {
      const client = await connect({
        nodes: nodes.map((node) => node.url),
        mesh: MeshId(mesh),
        credentials: [key],
        ...more,
      })
      clients.push(client)
      return client
    },
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
