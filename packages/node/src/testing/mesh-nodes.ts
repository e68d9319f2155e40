/** Nodes that hold nothing but links, and raw TLS ends to fool them with, for tests of links. */
import { connect, createServer, type TLSSocket } from 'node:tls'
import { utf8 } from '@holdfast/base/bytes'
import { ZoneId } from '@holdfast/base/ids'
import type { Peer } from '@holdfast/enclave/ports/mesh'
import {
  createMesh,
  type MeshHandlers,
  type MeshLinks,
  type MeshOptions,
} from '../mesh/create-mesh.ts'
import { encodeFrame } from '../mesh/frame.ts'
import { bootOf, silentLogs, testTlsIdentity, testVerifyPeer } from './tls-identity.ts'

const closers: (() => unknown)[] = []

/** Ends everything that a test has started. */
export const closeAll = async (): Promise<void> => {
  for (const close of closers.splice(0).toReversed()) await close()
}

export const closeLater = (close: () => unknown): void => {
  closers.push(close)
}

export type TestNode = {
  readonly mesh: MeshLinks
  readonly port: number
  readonly ups: Peer[]
  readonly downs: string[]
  readonly questions: string[]
}

export const until = async (holds: () => boolean): Promise<void> => {
  for (let waited = 0; !holds(); waited += 5) {
    if (waited > 15_000) throw new Error('waited for too long')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

type NodeOptions = Partial<MeshOptions> & {
  readonly zone?: string
  readonly name?: string
  readonly to?: readonly (readonly [zone: string, port: number])[]
  readonly answer?: (question: string) => Promise<Uint8Array>
}

export const startNode = async (options: NodeOptions = {}): Promise<TestNode> => {
  const { zone = 'eu', name = 'a', to = [] } = options
  const ups: Peer[] = []
  const downs: string[] = []
  const questions: string[] = []
  const answer = options.answer ?? (async (question: string) => utf8(`re ${question}`))
  const handlers: MeshHandlers = {
    peerUp: (peer) => ups.push(peer),
    peerDown: (boot) => downs.push(boot),
    peerMessage: (peer, untrusted) => {
      const question = new TextDecoder().decode(untrusted)
      questions.push(`${peer.zone}: ${question}`)
      return answer(question)
    },
  }
  const mesh = createMesh({
    boot: bootOf(name),
    identity: testTlsIdentity(zone, name),
    verify: testVerifyPeer,
    listen: { host: '127.0.0.1', port: 0 },
    peers: to.map(([peer, port]) => ({ zone: ZoneId(peer), host: '127.0.0.1', port })),
    nowMs: () => performance.now(),
    random: () => 0,
    logs: silentLogs,
    ...options,
  })
  closers.push(() => mesh.stop())
  const started = await mesh.start(handlers)
  if (!started.ok) throw new Error(started.refusal.code)
  return { mesh, port: started.value.port ?? 0, ups, downs, questions }
}

export const ask = async (from: TestNode, name: string, question: string, timeoutMs = 5000) => {
  const answer = await from.mesh.ask(bootOf(name), utf8(question), { timeoutMs })
  return answer.ok ? new TextDecoder().decode(answer.value) : answer.refusal.code
}

/** A pair: `dialer` (zone us, boot b) has a link up to `listener` (zone eu, boot a). */
export const startPair = async (options: { dialer?: NodeOptions; listener?: NodeOptions } = {}) => {
  const listener = await startNode({ ...options.listener })
  const dialer = await startNode({
    zone: 'us',
    name: 'b',
    to: [['eu', listener.port]],
    ...options.dialer,
  })
  await until(() => dialer.ups.length > 0)
  return { listener, dialer }
}

/** A pair whose identities live for so long; why its links ended, by the word of who ended it. */
export const bothSides = async (lifetimeMs: number) => {
  const reasons: unknown[] = []
  const info: MeshOptions['logs']['info'] = (event, fields) => {
    if (event === 'link down') reasons.push(fields?.reason)
  }
  const pair = await startPair({
    listener: {
      identity: testTlsIdentity('eu', 'a', lifetimeMs),
      logs: { ...silentLogs, info },
    },
    dialer: {
      identity: testTlsIdentity('us', 'b', lifetimeMs),
      logs: { ...silentLogs, info },
    },
  })
  return { ...pair, reasons }
}

/** A raw TLS client of the listener; what it received and how it ended. */
export const rawClient = (port: number, options: object, write?: Buffer) => {
  const state = { received: 0, ended: false, secure: false, tickets: 0 }
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  socket.on('secureConnect', () => {
    state.secure = true
    if (write !== undefined) socket.write(write)
  })
  socket.on('session', () => {
    state.tickets += 1
  })
  socket.on('data', (part: Buffer) => {
    state.received += part.length
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    state.ended = true
  })
  closers.push(() => socket.destroy())
  return { socket, state }
}

export const rawServer = async (
  options: object,
  onSocket: (socket: TLSSocket) => void,
  onConnection: () => void = () => undefined,
) => {
  const server = createServer(
    { requestCert: true, rejectUnauthorized: false, ...options },
    onSocket,
  )
  server.on('tlsClientError', () => undefined)
  server.on('connection', onConnection)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

export const question = (text: string | Uint8Array): Buffer =>
  Buffer.concat(
    encodeFrame({
      type: 'ask',
      number: 1,
      payload: typeof text === 'string' ? utf8(text) : text,
    }),
  )
