/** `node.json`: addresses of one node and its peers. Nothing of security is in it. */
import { z } from 'zod'
import { publicFile, readJson, writeJson } from './files.ts'
import type { MeshLayout } from './layout.ts'
import type { NodePorts } from './ports.ts'

const host = '127.0.0.1'

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
  peers: z.record(z.string(), z.string()),
  /** Relative to the folder of this file. */
  manifest: z.string(),
  /** The node's own affair: an etcd instead of its SQLite file. */
  store: z.unknown().optional(),
})
export type NodeConfig = z.infer<typeof nodeConfig>

/** Writes `node.json` for every zone. */
export const writeNodeConfigs = async (
  layout: MeshLayout,
  nodes: readonly { readonly zone: string; readonly ports: NodePorts }[],
): Promise<void> => {
  for (const { zone, ports } of nodes) {
    const others = nodes.filter((other) => other.zone !== zone)
    const config: NodeConfig = {
      zone,
      listenClient: `${host}:${ports.client}`,
      listenPlain: `${host}:${ports.plain}`,
      listenMesh: `${host}:${ports.mesh}`,
      listenManagement: `${host}:${ports.management}`,
      listenKmip: `${host}:${ports.kmip}`,
      listenKmipHttps: `${host}:${ports.kmipHttps}`,
      peers: Object.fromEntries(others.map((other) => [other.zone, `${host}:${other.ports.mesh}`])),
      manifest: '../../manifest.json',
    }
    await writeJson(layout.node(zone).config, config, publicFile)
  }
}

export const readNodeConfig = (layout: MeshLayout, zone: string): Promise<NodeConfig> =>
  readJson(layout.node(zone).config, nodeConfig)
