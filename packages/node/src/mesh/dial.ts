/** Keeps a link to a configured address: dials, verifies, hands over, and dials again. */
import { connect, type TLSSocket } from 'node:tls'
import { accept, type Refusal, type Result, refuse } from '@holdfast/base/errors'
import { meshHandshakeTimeoutMs } from '../limits.ts'
import type { Logs } from '../logs.ts'
import { backoffMs } from './backoff.ts'
import { addressText, type PeerAddress } from './peer-address.ts'
import type { VerifyPeer } from './peer-verdict.ts'
import {
  meshTlsOptions,
  type TlsIdentity,
  type VerifiedTlsPeer,
  verifyTlsPeer,
} from './tls-peer.ts'

export type DialOptions = {
  readonly address: PeerAddress
  /** Asked at each attempt: the certificate is renewed with its collateral. */
  identity(): TlsIdentity
  readonly verify: VerifyPeer
  /** Takes over a verified socket; settles when another is wanted, true where it had been up. */
  admit(socket: TLSSocket, peer: VerifiedTlsPeer): Promise<boolean>
  random(): number
  readonly logs: Logs
}

export type Dialer = { stop(): Promise<void> }

const openSocket = (options: DialOptions, signal: AbortSignal): Promise<Result<TLSSocket>> =>
  new Promise((resolve) => {
    const { host, port } = options.address
    const socket = connect({ ...meshTlsOptions(options.identity()), host, port })
    const end = (result: Result<TLSSocket>): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      if (!result.ok) socket.destroy()
      resolve(result)
    }
    const stop = (): void => end(refuse('unreachable', 'this node is stopping'))
    const late = refuse('unreachable', 'the handshake took too long')
    const timer = setTimeout(() => end(late), meshHandshakeTimeoutMs)
    signal.addEventListener('abort', stop)
    socket.setNoDelay(true)
    socket.on('error', () => end(refuse('unreachable', 'the connection failed')))
    socket.once('secureConnect', () => end(accept(socket)))
  })

const dialOnce = async (options: DialOptions, signal: AbortSignal): Promise<Result<boolean>> => {
  const opened = await openSocket(options, signal)
  if (!opened.ok) return opened
  const socket = opened.value
  const verified = await verifyTlsPeer(socket, options.verify)
  const right = verified.ok && verified.value.verdict.zone === options.address.zone
  if (!verified.ok || !right || signal.aborted) {
    socket.destroy()
    return verified.ok ? refuse('unauthenticated', 'the peer is of another zone') : verified
  }
  const stop = (): void => void socket.destroy()
  signal.addEventListener('abort', stop)
  try {
    return accept(await options.admit(socket, verified.value))
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })

/** Begins at once and goes on until it is stopped. */
export const startDialer = (options: DialOptions): Dialer => {
  const abort = new AbortController()
  const fields = { peerZone: options.address.zone, address: addressText(options.address) }
  const report = ({ code, detail }: Refusal): void => {
    // Absence is ordinary; a peer that cannot prove what it is, is not.
    const level = code === 'unreachable' ? 'debug' : 'warn'
    options.logs[level]('peer refused', { ...fields, code, detail })
  }
  const run = async (): Promise<void> => {
    let attempt = 0
    while (!abort.signal.aborted) {
      const dialled = await dialOnce(options, abort.signal)
      if (!dialled.ok) report(dialled.refusal)
      attempt = dialled.ok && dialled.value ? 0 : attempt + 1
      if (!abort.signal.aborted) await pause(backoffMs(attempt, options.random()), abort.signal)
    }
  }
  const ended = run()
  return {
    stop: async () => {
      abort.abort()
      await ended
    },
  }
}
