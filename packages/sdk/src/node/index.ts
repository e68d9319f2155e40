/** The client for Node: the same, over connections whose TLS key the evidence has pinned. */
import type { Client } from '../client.ts'
import { type ConnectOptions, connect as connectBy } from '../connect.ts'
import type { Transport } from '../transport.ts'
import { httpsRequests } from './https-requests.ts'
import { pinnedKeys } from './pinned-keys.ts'
import { webSockets } from './web-sockets.ts'

export * from '../index.ts'
export { readApiKey, readLogin, readSigner, writeApiKey } from './key-files.ts'

/**
 * A transport that takes any certificate until evidence was verified, then that key alone.
 * `pin: false` is for nodes behind a proxy that ends TLS: there, sealed sessions alone protect.
 */
export const nodeTransport = (options: { readonly pin?: boolean } = {}): Transport => {
  const keys = pinnedKeys()
  const requests = httpsRequests(keys)
  return {
    http: (request) => requests.http(request),
    webSocket: webSockets(keys),
    ...(options.pin === false
      ? {}
      : { pin: (...pinned: Parameters<typeof keys.pin>) => keys.pin(...pinned) }),
    close: () => requests.close(),
  }
}

/** `connect` over `nodeTransport()`, unless another transport is given. */
export const connect = (options: ConnectOptions): Promise<Client> =>
  connectBy({ ...options, transport: options.transport ?? nodeTransport() })
