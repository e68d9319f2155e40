/** The listeners of clients that a configuration names: over TLS in the enclave, and plain. */
import type { KmipAddresses } from '@holdfast/base/answers'
import { RefusalError } from '@holdfast/base/errors'
import type { Core } from '@holdfast/enclave/core/core-interface'
import type { NodeConfig } from '../config.ts'
import type { Logs } from '../logs.ts'
import { addressText, type HostPort } from '../mesh/peer-address.ts'
import type { TlsIdentity } from '../mesh/tls-peer.ts'
import { consoleRoutes } from './console.ts'
import type { FairTurns } from './fair-turns.ts'
import { type HttpListener, listenHttp } from './http.ts'
import type { HttpOptions } from './http-app.ts'
import { openApiDocument } from './openapi.ts'

export type ClientListeners = {
  /** Where clients find this node: the origin of each listener. */
  readonly ports: { readonly client?: string; readonly plain?: string }
  connections(): { readonly all: number; readonly webSockets: number }
  setIdentity(identity: TlsIdentity): void
  stop(): Promise<void>
}

/** Throws `address_in_use` or `bad_configuration`, and then listens on nothing. */
export const listenClients = async (options: {
  readonly config: Pick<NodeConfig, 'console' | 'listenClient' | 'listenPlain'>
  readonly core: Core
  readonly turns: FairTurns
  readonly tls: TlsIdentity
  readonly manifests: () => Uint8Array
  readonly kmip: () => KmipAddresses
  readonly version: string
  readonly observe: HttpOptions['observe']
  readonly logs: Logs
}): Promise<ClientListeners> => {
  const { config, core, turns, tls, manifests, kmip, observe, logs } = options
  const open: HttpListener[] = []
  const openApi = openApiDocument(options.version)
  const page = config.console === undefined ? [] : consoleRoutes(config.console)
  const stop = async (): Promise<void> => {
    await Promise.all(open.map((listener) => listener.stop()))
  }
  const listen = async (address: HostPort, secure: boolean): Promise<string> => {
    const common = { address, core, turns, manifests, kmip, openApi, page, observe, logs }
    const listening = await listenHttp({ ...common, ...(secure ? { tls } : {}) })
    if (!listening.ok) {
      await stop()
      throw new RefusalError(listening.refusal)
    }
    open.push(listening.value)
    const { port } = listening.value
    return `${secure ? 'https' : 'http'}://${addressText({ host: address.host, port })}`
  }
  const { listenClient, listenPlain } = config
  const ports = {
    ...(listenClient === undefined ? {} : { client: await listen(listenClient, true) }),
    ...(listenPlain === undefined ? {} : { plain: await listen(listenPlain, false) }),
  }
  return {
    ports,
    connections: () => {
      const each = open.map((listener) => listener.connections())
      return {
        all: each.reduce((sum, { all }) => sum + all, 0),
        webSockets: each.reduce((sum, { webSockets }) => sum + webSockets, 0),
      }
    },
    setIdentity: (identity) => {
      for (const listener of open) listener.setIdentity(identity)
    },
    stop,
  }
}
