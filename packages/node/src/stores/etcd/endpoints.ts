/** The members of a cluster: one is asked until it fails, then the next. */
import { isIP } from 'node:net'
import { checkServerIdentity as ofServer } from 'node:tls'
import {
  type ChannelOptions,
  Client,
  credentials,
  logVerbosity,
  setLogVerbosity,
} from '@grpc/grpc-js'
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { EtcdAddress } from './etcd-config.ts'
import {
  connectAttemptMs,
  reconnectMsMax,
  reconnectMsMin,
  requestBytesMax,
  responseBytesMax,
} from './limits.ts'

export type Endpoints = {
  /** A connection to a member, the current one or another; undefined where none is had in time. */
  connected(deadlineMs: number): Promise<Client | undefined>
  /** Asks the next member from now on; a hung connection is given up, which etcd cannot do. */
  failed(client: Client, how: 'refused' | 'hung'): void
  /** Ends the connections once their calls have ended. */
  close(): void
}

const channelOptions: ChannelOptions = {
  // A write that may have arrived is never sent again by a library.
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // The environment of the process has no say over where a store is.
  'grpc.enable_http_proxy': 0,
  // A connection that is given up shall not be found again.
  'grpc.use_local_subchannel_pool': 1,
  // etcd ends connections that ping while nothing is asked ("too many pings").
  'grpc.keepalive_permit_without_calls': 0,
  'grpc.initial_reconnect_backoff_ms': reconnectMsMin,
  'grpc.min_reconnect_backoff_ms': reconnectMsMin,
  'grpc.max_reconnect_backoff_ms': reconnectMsMax,
  'grpc.max_send_message_length': requestBytesMax,
  'grpc.max_receive_message_length': responseBytesMax,
}

const asBuffer = (bytes: Bytes | undefined): Buffer | null =>
  bytes === undefined ? null : Buffer.from(bytes)

/**
 * Node takes no address as the name that TLS asks for (RFC 6066 §3), and @grpc/grpc-js gives it
 * one: so another name is asked for, and the certificate is checked against the address.
 */
const noName = 'etcd.invalid'

const createClient = (address: EtcdAddress, endpoint: EtcdAddress['endpoints'][number]): Client => {
  const { tls } = address
  const { host, port } = endpoint
  const target = `dns:///${isIP(host) === 6 ? `[${host}]` : host}:${port}`
  if (tls === undefined) return new Client(target, credentials.createInsecure(), channelOptions)
  const byAddress = isIP(host) !== 0
  const channelCredentials = credentials.createSsl(
    asBuffer(tls.ca),
    asBuffer(tls.client?.key),
    asBuffer(tls.client?.certificate),
    byAddress ? { checkServerIdentity: (_, certificate) => ofServer(host, certificate) } : {},
  )
  const name = byAddress ? { 'grpc.ssl_target_name_override': noName } : {}
  return new Client(target, channelCredentials, { ...channelOptions, ...name })
}

/** Without sending anything. */
const isReady = (client: Client, waitMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    client.waitForReady(Date.now() + waitMs, (error) => resolve(error === undefined))
  })

export const createEndpoints = (address: EtcdAddress): Endpoints => {
  const { endpoints } = address
  assert(endpoints.length > 0, 'a cluster has a member')
  // Whatever the environment says: only the node itself writes logs.
  setLogVerbosity(logVerbosity.NONE)
  const clients: (Client | undefined)[] = endpoints.map(() => undefined)
  let index = 0
  let closed = false

  const current = (): Client => {
    clients[index] ??= createClient(address, endpoints[index] as (typeof endpoints)[number])
    return clients[index] as Client
  }
  const failed = (client: Client, how: 'refused' | 'hung'): void => {
    const at = clients.indexOf(client)
    if (at === -1) return
    if (how === 'hung') {
      clients[at] = undefined
      client.close()
    }
    if (at === index) index = (index + 1) % endpoints.length
  }

  return {
    failed,
    connected: async (deadlineMs) => {
      const until = performance.now() + deadlineMs
      for (;;) {
        const left = until - performance.now()
        if (closed || left <= 0) return undefined
        const client = current()
        const ready = await isReady(client, Math.min(left, connectAttemptMs))
        // It may have been given up meanwhile by a call that hung on it.
        if (ready && !closed && clients.includes(client)) return client
        if (!ready) failed(client, 'refused')
      }
    },
    close: () => {
      closed = true
      for (const client of clients) client?.close()
    },
  }
}
