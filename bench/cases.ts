/** The cases that need nodes, in the order in which they run. */
import { signRequests } from './client/sign-requests.ts'
import { walletRequest } from './client/wallet-request.ts'
import { connectionsOfHttps, inFlight } from './limits.ts'
import { startHttpsLoad } from './load/https-load.ts'
import type { Load } from './load/load.ts'
import { startSessionLoad } from './load/session-load.ts'
import { type MeshWorld, zones } from './mesh-world.ts'

export type Case = {
  readonly name: string
  /** What of the other nodes is counted: all that they do is theirs alone. */
  readonly countsOthers: boolean
  readonly start: (world: MeshWorld) => Promise<Load>
}

const overSession =
  (flights: number): Case['start'] =>
  async (world) => {
    const wallet = await world.create(zones, 'session')
    return startSessionLoad({ ...world, node: world.asked, wallet, inFlight: flights })
  }

/** Each request carries a proof of its own. */
const overHttps =
  (at: readonly string[]): Case['start'] =>
  async (world) => {
    const wallet = await world.create(at, 'request')
    const { owner, asked } = world
    return startHttpsLoad({
      origin: asked.client,
      connections: connectionsOfHttps,
      owner,
      purpose: 'sign',
      next: signRequests(wallet),
    })
  }

const creating =
  (at: readonly string[]): Case['start'] =>
  async ({ owner, entropy, asked }) => {
    const { mesh, client } = asked
    const wish = {
      mesh,
      zones: at,
      durability: at.length,
      owner,
      proof: 'request',
      entropy,
    } as const
    return startHttpsLoad({
      origin: client,
      connections: connectionsOfHttps,
      owner,
      purpose: 'enrol',
      next: () => walletRequest(wish),
    })
  }

export const cases: readonly Case[] = [
  { name: 'session.sign.1', countsOthers: false, start: overSession(1) },
  { name: 'session.sign.64', countsOthers: false, start: overSession(inFlight) },
  { name: 'https.sign', countsOthers: false, start: overHttps(zones) },
  { name: 'forward.sign', countsOthers: true, start: overHttps(zones.slice(1, 2)) },
  { name: 'create.d1', countsOthers: false, start: creating(zones.slice(0, 1)) },
  { name: 'create.d2', countsOthers: true, start: creating(zones.slice(0, 2)) },
]
