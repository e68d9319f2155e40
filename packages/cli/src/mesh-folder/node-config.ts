/** `node.json`: addresses of one node and its peers. Nothing of security is in it. */
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { MeshLayout } from './layout.ts'
import type { NodePorts } from './ports.ts'

/** The address of every node of a mesh on one machine. */
export const loopback = '127.0.0.1'

const nodeConfig = z.strictObject({
  zone: z.string(),
  /** HTTPS and WebSocket over TLS that ends in the node. */
  listenClient: z.string(),
  /** The same without TLS, for proxies that end it; loopback here. */
  listenPlain: z.string(),
  listenMesh: z.string(),
  listenManagement: z.string(),
  /** KMIP over TLS and over HTTPS; absent in folders that were made before nodes spoke it. */
  listenKmip: z.string().exactOptional(),
  listenKmipHttps: z.string().exactOptional(),
  /** By zone, the own one too: an address, or several. */
  peers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  /** Relative to the folder of this file. */
  manifest: z.string(),
  /** The folder of the built web page, where the node serves it. */
  console: z.string().exactOptional(),
  /** The node's own affair: an etcd instead of its SQLite file. */
  store: z.unknown().optional(),
})
export type NodeConfig = z.infer<typeof nodeConfig>

export type NewNode = {
  readonly name: string
  readonly zone: string
  readonly host: string
  readonly ports: NodePorts
}

/** The mesh addresses of all nodes but one, by zone. */
const peersOf = (nodes: readonly NewNode[], name: string): NodeConfig['peers'] => {
  const others = Map.groupBy(
    nodes.filter((node) => node.name !== name),
    ({ zone }) => zone,
  )
  return Object.fromEntries(
    [...others].map(([zone, found]) => {
      const addresses = found.map(({ host, ports }) => `${host}:${ports.mesh}`)
      const [first = ''] = addresses
      return [zone, addresses.length === 1 ? first : addresses]
    }),
  )
}

/** Writes `node.json` for every node. */
export const writeNodeConfigs = async (
  layout: MeshLayout,
  nodes: readonly NewNode[],
  storeOf: (zone: string) => object | undefined,
): Promise<void> => {
  for (const { name, zone, host, ports } of nodes) {
    const store = storeOf(zone)
    const config: NodeConfig = {
      zone,
      listenClient: `${host}:${ports.client}`,
      listenPlain: `${host}:${ports.plain}`,
      listenMesh: `${host}:${ports.mesh}`,
      listenManagement: `${host}:${ports.management}`,
      listenKmip: `${host}:${ports.kmip}`,
      listenKmipHttps: `${host}:${ports.kmipHttps}`,
      peers: peersOf(nodes, name),
      manifest: '../../manifest.json',
      ...(store === undefined ? {} : { store }),
    }
    await writeJson(layout.node(name).config, config, publicFile)
  }
}

export const readNodeConfig = (layout: MeshLayout, name: string): Promise<NodeConfig> =>
  readJson(layout.node(name).config, nodeConfig)
