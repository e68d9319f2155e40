/** Where everything of a local mesh lies. */
import { join } from 'node:path'

/** Files of one folder that `holdfast init` makes. */
export const meshLayout = (dir: string) => ({
  dir,
  /** `{ manifests: SignedManifest[] }`, genesis first. */
  manifest: join(dir, 'manifest.json'),
  /** Governors' signed statement on boots; nodes read it while they wait. */
  boots: join(dir, 'boots.json'),
  /** Secret: whoever has it forges any simulated evidence of this mesh. */
  simulatedRoot: join(dir, 'simulated-root.json'),
  governor: (id: string) => join(dir, 'governors', `${id}.json`),
  governors: join(dir, 'governors'),
  nodes: join(dir, 'nodes'),
  /** By the node's name: its zone, or the zone with a number: `eu-west.2`. */
  node: (name: string) => nodeLayout(join(dir, 'nodes', name)),
  /** The etcd clusters of the zones; absent where the stores are SQLite files. */
  etcd: join(dir, 'etcd.json'),
  etcdMember: (zone: string, member: string) => join(dir, 'etcd', zone, member),
  /** Mesh id, least serial, addresses and key of the client that was made with the mesh. */
  client: join(dir, 'client.json'),
  clientKey: join(dir, 'client.key.json'),
  /** What the first run has made, so that the next one goes on from there. */
  quickstart: join(dir, 'quickstart.json'),
  /** Process id of `holdfast start`. */
  pid: join(dir, 'start.pid'),
})

export type MeshLayout = ReturnType<typeof meshLayout>

const nodeLayout = (dir: string) => ({
  dir,
  config: join(dir, 'node.json'),
  /** Simulated machine and its collateral. */
  platform: join(dir, 'platform.json'),
  /** 32 bytes in hexadecimal: stands for the sealing key of the simulated machine. */
  sealingKey: join(dir, 'sealing.key'),
  store: join(dir, 'store.sqlite'),
  log: join(dir, 'node.log'),
})

export type NodeLayout = ReturnType<typeof nodeLayout>
