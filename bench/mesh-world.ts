/** The mesh that is measured: three zones, one node each, wallets where the cases want them. */
import { rmSync } from 'node:fs'
import type { Wallet } from '@holdfast/base/wallet'
import { createCrypto } from '@holdfast/enclave/crypto/create-crypto'
import { createEntropy } from '@holdfast/enclave/crypto/entropy'
import { measureSources } from '@holdfast/node/platform/measurement'
import { makeMeshFolder } from '@holdfast/node/testing/mesh-folder'
import { createOwner, type Owner } from './client/owner.ts'
import type { ClientTools } from './client/session.ts'
import { walletRequest } from './client/wallet-request.ts'
import { ask } from './load/https-load.ts'
import { freePorts, type RunningNode, startNode, untilLinked } from './server/nodes.ts'
import { type Pinning, root } from './server/pinned.ts'

/** The first is asked and measured. */
export const zones = ['eu-west', 'us-east', 'ap-south'] as const

export type MeshWorld = ClientTools & {
  readonly asked: RunningNode
  readonly others: readonly RunningNode[]
  readonly owner: Owner
  /** A wallet of these zones, its home first. */
  create(zones: readonly string[], proof: 'session' | 'request'): Promise<Wallet>
  stop(): Promise<void>
}

export type Folder = Awaited<ReturnType<typeof makeMeshFolder>> & { readonly measurement: string }

/** A mesh folder of its own for each measurement; `remove` it afterwards. */
export const makeFolder = async (ids: readonly string[]): Promise<Folder> => {
  const measurement = measureSources(root)
  const ports = await freePorts(ids.length)
  const wanted = ids.map((id, index) => ({ id, level: 3, meshPort: ports[index] ?? 0 }))
  return { ...(await makeMeshFolder(wanted, measurement)), measurement }
}

export const remove = (folder: Folder): void => rmSync(folder.dir, { recursive: true, force: true })

export const startMeshWorld = async (pinning: Pinning): Promise<MeshWorld> => {
  const folder = await makeFolder(zones)
  const running: RunningNode[] = []
  const entropy = createEntropy()
  const crypto = await createCrypto({ entropy })
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((node) => node.stop()))
    crypto[Symbol.dispose]()
    remove(folder)
  }
  try {
    for (const [index, zone] of zones.entries()) {
      const processor = index === 0 ? 'measured' : 'other'
      running.push(await startNode(pinning, folder.node(zone), processor))
    }
    const [asked, ...others] = running
    if (asked === undefined) throw new Error('no node was started')
    for (const node of running) await untilLinked(node, others.length)
    const owner = createOwner(crypto, entropy)
    const create: MeshWorld['create'] = async (at, proof) => {
      const home = running.find(({ zone }) => zone === at[0]) ?? asked
      const wish = { mesh: asked.mesh, zones: at, durability: at.length, owner, proof, entropy }
      const request = { origin: home.client, connections: 1, owner, purpose: 'enrol' as const }
      const answer = await ask({ ...request, next: () => walletRequest(wish) })
      return (JSON.parse(answer) as { wallet: Wallet }).wallet
    }
    return { crypto, entropy, asked, others, owner, create, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
