/** Listens for clients: HTTP and WebSockets on one port, over TLS 1.3 or plain. */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { accept, assert, type Result, refuse } from '@holdfast/base/errors'
import { clientConnectionsMax, connectionsPerAddressMax, stopTimeoutMs } from '../limits.ts'
import type { TlsIdentity } from '../mesh/tls-peer.ts'
import { createAddressCount } from './address-count.ts'
import { byIdentity } from './by-identity.ts'
import { createHttpApp, type HttpOptions } from './http-app.ts'
import { acceptWebSockets, type WebSockets } from './websocket.ts'

export type HttpListener = {
  readonly port: number
  /** How many connections are open now, and how many of them are WebSockets. */
  connections(): { readonly all: number; readonly webSockets: number }
  /** Later connections are shown this certificate. */
  setIdentity(identity: TlsIdentity): void
  stop(): Promise<void>
}

/** Refusals: `address_in_use`. */
export const listenHttp = async (options: HttpOptions): Promise<Result<HttpListener>> => {
  const app = createHttpApp(options)
  const { server } = app
  server.maxConnections = clientConnectionsMax
  let open = 0
  const sockets: WebSockets = acceptWebSockets(options.core, options.logs, options.turns)
  // Behind a proxy all have its address.
  const addresses =
    options.tls === undefined ? undefined : createAddressCount(connectionsPerAddressMax)
  server.on('connection', (socket: Socket) => {
    if (addresses?.admit(socket) === false) return
    open += 1
    socket.once('close', () => {
      open -= 1
    })
  })
  const { tls } = options
  const opened = tls && byIdentity<Socket>(tls, (socket) => socket.destroy())
  if (opened !== undefined) {
    server.on('secureConnection', (socket: TLSSocket) => opened.admit(socket, socket))
    // A client that keeps its connection is brought to the next identity between two requests.
    server.prependListener('request', (request, response) => {
      if (opened.isOld(request.socket)) response.shouldKeepAlive = false
    })
  }
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) =>
    sockets.upgrade(request, socket, head),
  )
  try {
    await app.listen({ host: options.address.host, port: options.address.port })
  } catch {
    sockets.stop()
    return refuse('address_in_use', 'the client port cannot be had')
  }
  const bound = server.address()
  assert(typeof bound === 'object' && bound !== null, 'a listener has an address')
  return accept({
    port: bound.port,
    connections: () => ({ all: open, webSockets: sockets.count() }),
    setIdentity: (identity) => {
      opened?.next(identity)
      if ('setSecureContext' in server) {
        const secure = server as unknown as { setSecureContext(options: object): void }
        const { key, certificate: cert } = identity
        secure.setSecureContext({ key, cert, minVersion: 'TLSv1.3' })
      }
    },
    stop: async () => {
      opened?.stop()
      sockets.stop()
      server.closeIdleConnections()
      const forced = setTimeout(() => server.closeAllConnections(), stopTimeoutMs)
      await app.close()
      clearTimeout(forced)
    },
  })
}
