/** Takes links from other nodes: TLS 1.3, their evidence judged before a byte is read. */
import { createServer, type TLSSocket } from 'node:tls'
import { accept, type Result, refuse } from '@holdfast/base/errors'
import { meshConnectionsMax, meshHandshakeTimeoutMs, meshUnverifiedMax } from '../limits.ts'
import type { Logs } from '../logs.ts'
import type { HostPort } from './peer-address.ts'
import type { VerifyPeer } from './peer-verdict.ts'
import {
  meshTlsOptions,
  type TlsIdentity,
  type VerifiedTlsPeer,
  verifyTlsPeer,
} from './tls-peer.ts'

export type MeshListenerOptions = {
  readonly address: HostPort
  readonly identity: TlsIdentity
  readonly verify: VerifyPeer
  admit(socket: TLSSocket, peer: VerifiedTlsPeer): void
  readonly logs: Logs
}

export type MeshListener = {
  readonly port: number
  /** Later connections are shown this certificate. */
  setIdentity(identity: TlsIdentity): void
  stop(): Promise<void>
}

/** Refusals: `address_in_use`. */
export const listenForPeers = (options: MeshListenerOptions): Promise<Result<MeshListener>> => {
  const { logs } = options
  const sockets = new Set<TLSSocket>()
  let unverified = 0

  const judge = async (socket: TLSSocket): Promise<void> => {
    unverified += 1
    try {
      const verified = await verifyTlsPeer(socket, options.verify)
      if (verified.ok) return options.admit(socket, verified.value)
      const { code, detail } = verified.refusal
      logs.warn('peer refused', { code, detail, address: socket.remoteAddress ?? '' })
      socket.destroy()
    } finally {
      unverified -= 1
    }
  }

  const server = createServer(
    {
      ...meshTlsOptions(options.identity),
      handshakeTimeout: meshHandshakeTimeoutMs,
      noDelay: true,
    },
    (socket) => {
      // Else an error before the link has begun would end the process.
      socket.on('error', () => socket.destroy())
      socket.on('close', () => sockets.delete(socket))
      sockets.add(socket)
      if (unverified >= meshUnverifiedMax) socket.destroy()
      else void judge(socket)
    },
  )
  server.maxConnections = meshConnectionsMax
  server.on('tlsClientError', (_error, socket) => {
    logs.debug('handshake failed', { address: socket.remoteAddress ?? '' })
    socket.destroy()
  })
  return new Promise((resolve) => {
    server.once('error', () => resolve(refuse('address_in_use', 'the mesh port cannot be had')))
    server.listen(options.address.port, options.address.host, () => {
      server.removeAllListeners('error')
      server.on('error', () => logs.error('mesh listener failed'))
      const bound = server.address()
      resolve(
        accept({
          port: typeof bound === 'object' && bound !== null ? bound.port : 0,
          setIdentity: (identity) => server.setSecureContext(meshTlsOptions(identity)),
          stop: () =>
            new Promise((stopped) => {
              server.close(() => stopped())
              for (const socket of sockets) socket.destroy()
            }),
        }),
      )
    })
  })
}
