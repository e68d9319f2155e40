/** Signatures over one sealed WebSocket session, authenticated once, so many in flight. */
import { once } from 'node:events'
import { type Bytes, fromBase64Url, fromUtf8 } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { parseEvidence } from '@holdfast/base/evidence'
import type { Identity } from '@holdfast/base/identity'
import { bytes as bytesSchema, sessionId } from '@holdfast/base/schema'
import type { Wallet } from '@holdfast/base/wallet'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { Owner } from '../client/owner.ts'
import { authenticateFrame, type ClientTools, startSession } from '../client/session.ts'
import { signRequests } from '../client/sign-requests.ts'
import type { RunningNode } from '../server/nodes.ts'
import type { Load } from './load.ts'

/** The keys of the node. The SDK verifies them; this client measures what comes after. */
const enclaveOf = async ({ plain }: RunningNode) => {
  const response = await fetch(`${plain}/v1/evidence?nonce=${'00'.repeat(32)}`)
  const { identity: document } = parseEvidence(new Uint8Array(await response.arrayBuffer()))
  const identity = JSON.parse(fromUtf8(document)) as Identity
  return { document, sealingPublicKey: fromBase64Url(identity.sealingPublicKey) }
}

const received = (data: Buffer): Bytes => new Uint8Array(data)

export type SessionOptions = ClientTools & {
  readonly node: RunningNode
  readonly owner: Owner
  readonly wallet: Wallet
}

/** A WebSocket whose session is authenticated for the wallet. */
export const openWalletSession = async (options: SessionOptions) => {
  const { node, wallet, owner } = options
  const started = startSession(options, await enclaveOf(node))
  const socket = new WebSocket(`${node.client.replace(/^http/, 'ws')}/v1/session`, {
    rejectUnauthorized: false,
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  const exchange = async (frame: Bytes): Promise<Bytes> => {
    socket.send(frame)
    const [data] = (await once(socket, 'message')) as [Buffer]
    return received(data)
  }
  const opening = toCbor([node.boot, started.prologue, started.message])
  const opened = parseCbor(z.tuple([sessionId, bytesSchema]), await exchange(opening))
  const session = started.finish(opened[1])
  session.open(await exchange(authenticateFrame(session, wallet, owner)))
  return { socket, session }
}

export const startSessionLoad = async (
  options: SessionOptions & { readonly inFlight: number },
): Promise<Load> => {
  const { wallet, inFlight } = options
  const { socket, session } = await openWalletSession(options)
  const next = signRequests(wallet)
  let answered = 0
  let stopping = false
  let failure: unknown
  const fail = (error: unknown): void => {
    failure ??= error
  }
  socket.on('message', (data: Buffer) => {
    try {
      session.open(received(data))
      answered += 1
      if (!stopping) socket.send(session.seal(next()))
    } catch (error) {
      fail(error)
    }
  })
  socket.on('close', () => {
    if (!stopping) fail(new Error('the node closed the session'))
  })
  for (let sent = 0; sent < inFlight; sent += 1) socket.send(session.seal(next()))
  return {
    operations: () => {
      if (failure !== undefined) throw failure
      return answered
    },
    stop: async () => {
      stopping = true
      socket.terminate()
    },
  }
}
