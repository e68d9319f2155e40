/** What is measured of whole meshes: creations, signatures by more nodes, a zone that was away. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Wallet } from '@holdfast/base/wallet'
import { defaultZones } from '@holdfast/cli/mesh-folder/zones'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { type MeshNode, startMesh, type TestMesh } from '../../tests/support/mesh.ts'
import { createOwner } from '../client/owner.ts'
import { signRequests } from '../client/sign-requests.ts'
import { walletRequest } from '../client/wallet-request.ts'
import { ask, startHttpsLoad } from '../load/https-load.ts'
import { type Throughput, throughput } from './throughput.ts'

const times = { warmUpMs: 2000, measureMs: 6000 }
const connections = 16
/** All at one place, as `walletRequest` has it. */
export const meshZones = defaultZones.map((zone) => ({ ...zone, latitude: 0, longitude: 0 }))
const zones = meshZones.map(({ id }) => id)

const entropy = createEntropy()
export type Client = { readonly owner: ReturnType<typeof createOwner> }

export const createClient = async (): Promise<Client> => {
  const crypto = await createCrypto({ entropy })
  return { owner: createOwner(crypto, entropy) }
}

const pidsOf = (mesh: TestMesh): readonly number[] =>
  [...mesh.nodes, ...mesh.etcd].map((one) => one.pid())

const wishOf = (mesh: TestMesh, { owner }: Client, at: readonly string[], durability: number) =>
  ({ mesh: mesh.mesh, zones: at, durability, owner, proof: 'request', entropy }) as const

/** Creations at the first zone, acknowledged when `durability` of three zones hold them. */
export const creations = async (
  mesh: TestMesh,
  client: Client,
  durability: number,
): Promise<Throughput> => {
  const wish = wishOf(mesh, client, zones, durability)
  const load = await startHttpsLoad({
    origin: mesh.node(zones[0] ?? '').url,
    connections,
    owner: client.owner,
    purpose: 'enrol',
    next: () => walletRequest(wish),
  })
  return throughput([load], pidsOf(mesh), times)
}

const createOne = async (mesh: TestMesh, client: Client, node: MeshNode): Promise<Wallet> => {
  const wish = wishOf(mesh, client, [node.zone], 1)
  const answer = await ask({
    origin: node.url,
    connections: 1,
    owner: client.owner,
    purpose: 'enrol',
    next: () => walletRequest(wish),
  })
  return (JSON.parse(answer) as { wallet: Wallet }).wallet
}

/** Signatures by one zone of so many nodes on an etcd of three members, all of them asked. */
export const signatures = async (client: Client, nodes: number): Promise<Throughput> => {
  await using mesh = await startMesh({
    zones: meshZones.slice(0, 1),
    nodesPerZone: nodes,
    etcdMembers: 3,
  })
  const wallet = await createOne(mesh, client, mesh.nodes[0] as MeshNode)
  const loads = await Promise.all(
    mesh.nodes.map(({ url }) =>
      startHttpsLoad({
        origin: url,
        connections,
        owner: client.owner,
        purpose: 'sign',
        next: signRequests(wallet),
      }),
    ),
  )
  return await throughput(loads, pidsOf(mesh), times)
}

const walletsOf = async (node: MeshNode): Promise<number> => {
  // Kept connections end with the process that a case has replaced.
  const answer = await fetch(`${node.management}/metrics`, { headers: { connection: 'close' } })
  const text = await answer.text()
  return Number(/\nholdfast_wallets (\d+)/.exec(text)?.[1] ?? 0)
}

export type CatchUp = { readonly wallets: number; readonly seconds: number }

const catchUpMsMax = 180_000

/** A zone is away while wallets of three zones are made; how soon it holds them once it is back. */
export const catchUp = async (
  mesh: TestMesh,
  client: Client,
  wallets: number,
): Promise<CatchUp> => {
  const away = mesh.node(zones[2] ?? '')
  const held = await walletsOf(away)
  await away.kill('SIGKILL')
  const wish = wishOf(mesh, client, zones, 2)
  const load = await startHttpsLoad({
    origin: mesh.node(zones[0] ?? '').url,
    connections,
    owner: client.owner,
    purpose: 'enrol',
    next: () => walletRequest(wish),
  })
  while (load.operations() < wallets) await delay(50)
  await load.stop()
  await delay(1000)
  const wanted = await walletsOf(mesh.node(zones[0] ?? ''))
  await away.restart()
  const at = performance.now()
  const missing = wanted - (await walletsOf(away))
  while ((await walletsOf(away)) < wanted) {
    if (performance.now() - at > catchUpMsMax) throw new Error('the zone does not catch up')
    await delay(100)
  }
  return { wallets: Math.min(missing, wanted - held), seconds: (performance.now() - at) / 1000 }
}

/** Bytes of the SQLite file with its journal, for each wallet in it. */
export const sqliteBytes = async (node: MeshNode): Promise<number> => {
  const sizes = ['store.sqlite', 'store.sqlite-wal'].map(
    (name) => statSync(join(node.dir, name), { throwIfNoEntry: false })?.size ?? 0,
  )
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / (await walletsOf(node)))
}

/** Bytes in use of the etcd of a zone, for each wallet in it, after a compaction. */
export const etcdBytes = async (mesh: TestMesh, node: MeshNode): Promise<number> => {
  const [member] = mesh.etcd.filter(({ zone }) => zone === node.zone)
  const post = async (path: string, body: object): Promise<Record<string, unknown>> =>
    (await (
      await fetch(`${member?.url}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) })
    ).json()) as Record<string, unknown>
  const status = () => post('maintenance/status', {})
  const { header } = (await status()) as { header: { revision: string } }
  await post('kv/compaction', { revision: header.revision, physical: true })
  const { dbSizeInUse } = (await status()) as { dbSizeInUse: string }
  return Math.round(Number(dbSizeInUse) / (await walletsOf(node)))
}
