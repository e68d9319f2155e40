/** The cases that need nodes, in the order in which they run. */
import { randomBytes } from 'node:crypto'
import type { KmipClient } from '@holdfast/kmip'
import { signRequests, unsignedTransfers } from './client/sign-requests.ts'
import { walletRequest } from './client/wallet-request.ts'
import { getShape, prepareGet } from './kmip/get-calls.ts'
import { prepareLocate } from './kmip/locate-calls.ts'
import { createSigningKey, findWalletKey } from './kmip/objects.ts'
import { createTenant } from './kmip/tenant.ts'
import { connectionsOfHttps, inFlight, signedBytes } from './limits.ts'
import { startHttpsLoad } from './load/https-load.ts'
import { startKmipLoad } from './load/kmip-load.ts'
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

type KmipCalls = {
  readonly connections: number
  readonly inFlight: number
  /** Where its objects are, if not everywhere. */
  readonly where?: 'home'
  /** Makes an object and gives the call that uses it. */
  readonly prepare: (client: KmipClient) => Promise<(client: KmipClient) => Promise<unknown>>
}

const overKmip =
  ({ connections, inFlight: flights, where, prepare }: KmipCalls): Case['start'] =>
  async (world) => {
    const tenant = await createTenant(world, where)
    using client = await tenant.dial()
    const call = await prepare(client)
    return startKmipLoad({ tenant, connections, inFlight: flights, call })
  }

/** Other data each time; the server hashes it, for it signs no digests. */
const signing: KmipCalls['prepare'] = async (maker) => {
  const uniqueIdentifier = await createSigningKey(maker)
  const data = new Uint8Array(randomBytes(signedBytes))
  const counter = new DataView(data.buffer)
  let count = 0
  return (client) => {
    counter.setUint32(0, (count += 1))
    return client.call('Sign', { uniqueIdentifier, data })
  }
}

/** A complete transfer each time: decoded, judged, signed and released as every request. */
const walletSigning: KmipCalls['prepare'] = async (maker) => {
  const uniqueIdentifier = await findWalletKey(maker)
  const next = unsignedTransfers()
  return (client) => client.call('Sign', { uniqueIdentifier, data: next() })
}

const kmipCases: readonly Case[] = (
  [
    ['kmip.sign.8x8', { connections: 8, inFlight: 8, prepare: signing }],
    ['kmip.sign.64x1', { connections: 64, inFlight: 1, prepare: signing }],
    ['kmip.wallet.sign', { connections: 8, inFlight: 8, prepare: walletSigning }],
    ['kmip.get', { ...getShape, prepare: prepareGet }],
    ['kmip.locate', { ...getShape, where: 'home', prepare: prepareLocate }],
  ] as const
).map(([name, calls]) => ({ name, countsOthers: false, start: overKmip(calls) }))

export const cases: readonly Case[] = [
  { name: 'session.sign.1', countsOthers: false, start: overSession(1) },
  { name: 'session.sign.64', countsOthers: false, start: overSession(inFlight) },
  { name: 'https.sign', countsOthers: false, start: overHttps(zones) },
  { name: 'forward.sign', countsOthers: true, start: overHttps(zones.slice(1, 2)) },
  { name: 'create.d1', countsOthers: false, start: creating(zones.slice(0, 1)) },
  { name: 'create.d2', countsOthers: true, start: creating(zones.slice(0, 2)) },
  ...kmipCases,
]
