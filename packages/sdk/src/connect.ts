/** Connects to a mesh: verifies its manifest and one enclave of it before anything else. */

import { fromBase64Url } from '@holdfast/base/bytes'
import { fail, type Refusal, RefusalError } from '@holdfast/base/errors'
import type { MeshId } from '@holdfast/base/ids'
import { requestLifetimeMsMax } from '@holdfast/base/limits'
import { momentMs } from '@holdfast/base/moment'
import { authenticator } from './authenticate.ts'
import type { Client } from './client.ts'
import type { Signer } from './credentials.ts'
import { dispatch } from './dispatch.ts'
import { type Endpoint, endpoint } from './endpoint.ts'
import { connectTimeoutMs, requestLifetimeMs, requestTimeoutMs } from './limits.ts'
import { operations } from './operations.ts'
import { timestampOf } from './requests/prepared.ts'
import { rotation } from './rotation.ts'
import { routes } from './routes.ts'
import { walletMemory } from './seen.ts'
import type { OpenChannel } from './session/channel.ts'
import { httpsChannel } from './session/https-channel.ts'
import { webSocketChannel } from './session/websocket-channel.ts'
import { moreTelling } from './telling-refusal.ts'
import { fetchTransport, type Transport } from './transport.ts'
import { type Enclave, type Trust, trustIn } from './trust.ts'
import { VerificationError } from './verification-error.ts'
import { whileAlive } from './while-alive.ts'

/**
 * How requests travel. `websocket` and `https` carry the frames of a sealed session, which ends in
 * the verified enclave. `plain` is HTTPS JSON: whoever ends TLS before the enclave (unless its key
 * is pinned) reads requests and answers and may withhold or forge answers, but can neither change
 * a request, since credentials sign its bytes, nor read a secret, since those are sealed.
 */
export type ChannelKind = 'websocket' | 'https' | 'plain'

export type ConnectOptions = {
  /** Addresses of nodes, the preferred first: `https://host:port`. */
  readonly nodes: readonly string[]
  /** The id of the mesh that is meant, from a place that you trust. */
  readonly mesh: MeshId
  /** The least serial of its manifest that is accepted; the highest that you know. */
  readonly minimumSerial?: number
  readonly credentials?: readonly Signer[]
  /** Default `websocket`. */
  readonly channel?: ChannelKind
  /** `session`: authenticate a session once, where the wallet's policy accepts that. */
  readonly proof?: 'request' | 'session'
  readonly timeoutMs?: number
  /** How long the bytes of a request are good; at most 15 minutes. */
  readonly requestLifetimeMs?: number
  readonly transport?: Transport
  readonly now?: () => number
}

const channels: Readonly<Record<ChannelKind, (node: Endpoint) => OpenChannel>> = {
  websocket: ({ transport, origin }) => webSocketChannel(transport, origin),
  https: ({ transport, origin }) => httpsChannel(transport, origin),
  plain: () => () => fail('unsupported', 'plain requests have no session'),
}

const pinTls = (node: Endpoint, { verdict }: Enclave): void => {
  const { tlsPublicKey, notAfter } = verdict.identity
  node.transport.pin?.(node.origin, fromBase64Url(tlsPublicKey), momentMs(notAfter))
}

/** The first node that is verified; the errors of those before it. */
const firstTrusted = async (
  endpoints: readonly Endpoint[],
  trust: Trust,
  verify: (node: Endpoint) => Promise<Enclave>,
) => {
  const distrusted: VerificationError[] = []
  let refused: Refusal | undefined
  for (const node of endpoints) {
    try {
      const meet = async () => {
        const manifest = await trust.learn(node)
        return { node, manifest, enclave: await verify(node), distrusted }
      }
      return await whileAlive(node, meet())
    } catch (error) {
      if (error instanceof VerificationError) distrusted.push(error)
      else if (error instanceof RefusalError) refused = moreTelling(refused, error.refusal)
      else throw error
    }
  }
  if (distrusted[0] !== undefined) throw distrusted[0]
  throw refused ? new RefusalError(refused) : new TypeError('at least one node must be named')
}

/**
 * A client of the mesh, once a node has been verified: its manifests lead from the mesh id to a
 * manifest in force, and its evidence is what that manifest lists, fresh for this client. Fails
 * closed with a `VerificationError` that shows what was expected and what was seen, or with
 * `unreachable`.
 *
 *     const client = await connect({ nodes, mesh: MeshId('mesh_…'), credentials: [key] })
 */
export const connect = async (options: ConnectOptions): Promise<Client> => {
  const now = options.now ?? Date.now
  const { mesh, credentials: signers = [], channel = 'websocket' } = options
  const transport = options.transport ?? fetchTransport()
  const endpoints = options.nodes.map((node) => endpoint(transport, node, connectTimeoutMs))
  const trust = trustIn({ mesh, minimumSerial: options.minimumSerial ?? 1, now })
  const ways = routes({ trust, channel: channels[channel], connectTimeoutMs, now, pin: pinTls })
  const lifetimeMs = Math.min(options.requestLifetimeMs ?? requestLifetimeMs, requestLifetimeMsMax)
  const header = (lifeMs = lifetimeMs) => ({ mesh, expiresAt: timestampOf(now() + lifeMs) })
  const memory = walletMemory()
  const first = await firstTrusted(endpoints, trust, (node) => ways.enclave(node, {}))
  const nodes = rotation(endpoints, now)
  let closed = false
  const send = dispatch({
    nodes,
    routes: ways,
    signers,
    authenticate: options.proof === 'session' ? authenticator({ signers, header, now }) : undefined,
    plain: channel === 'plain',
    memory,
    now,
    isClosed: () => closed,
  })
  for (const node of endpoints) {
    if (node === first.node) break
    nodes.rest(node)
  }
  return {
    mesh,
    simulated: first.enclave.verdict.simulated,
    get manifest() {
      return trust.manifest() ?? first.manifest
    },
    distrusted: first.distrusted,
    credentials: signers,
    ...operations({
      send,
      nodes,
      ways,
      trust,
      memory,
      endpoints,
      header,
      signers,
      timeoutMs: options.timeoutMs ?? requestTimeoutMs,
    }),
    close: () => {
      closed = true
      ways.close()
      transport.close?.()
    },
  }
}
