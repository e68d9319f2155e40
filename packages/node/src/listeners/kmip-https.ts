/**
 * KMIP over HTTPS (KMIP Profiles 2.1 §5.4): `POST /kmip` with TTLV, XML or JSON; the answer has
 * the form of the request and is 200 whatever the KMIP body says.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { TLSSocket } from 'node:tls'
import { type Bytes, concat } from '@holdfast/base/bytes'
import type {
  KmipCaller,
  KmipConnection,
  KmipForm,
} from '@holdfast/enclave/kmip/create-kmip-server'
import { byIdentity } from './by-identity.ts'
import type { KmipListener } from './kmip.ts'
import { answerRefused, type KmipListenerOptions, publicKeyOf, tlsOptions } from './kmip-clients.ts'
import { kmipLimits } from './kmip-limits.ts'

const forms: ReadonlyMap<string, KmipForm> = new Map([
  ['application/octet-stream', 'ttlv'],
  ['text/xml', 'xml'],
  ['application/json', 'json'],
])

const formOf = (request: IncomingMessage): KmipForm | undefined =>
  forms.get((request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '')

/** The body, or undefined where it is larger than the limit. */
const bodyOf = async (request: IncomingMessage, max: number): Promise<Bytes | undefined> => {
  const parts: Bytes[] = []
  let length = 0
  for await (const part of request) {
    length += (part as Buffer).length
    if (length > max) return undefined
    parts.push(part as Buffer)
  }
  return concat(...parts)
}

const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { connection: 'close' }).end()
}

type ClientOfSocket = {
  /** Found once, when it is first asked for. */
  readonly caller: () => Promise<KmipCaller | undefined>
  readonly connection: KmipConnection
}

type Message = {
  readonly known: KmipCaller
  readonly body: Bytes
  readonly form: KmipForm
  readonly connection: KmipConnection
}

/** Where too much of the client's wallet waits, it is told so after a while. */
const handle = async (
  options: KmipListenerOptions,
  { known, body: untrusted, form, connection }: Message,
): Promise<Bytes> => {
  try {
    return await options.handle(known, untrusted, form, connection)
  } catch (error) {
    const refused = answerRefused(options, { untrusted, form, error })
    await delay({ ...kmipLimits, ...options.limits }.refusedRestMs, undefined, { ref: false })
    return refused
  }
}

const answer = async (
  options: KmipListenerOptions,
  { caller, connection }: ClientOfSocket,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  if (request.url !== '/kmip') return refuse(response, 404)
  if (request.method !== 'POST') return refuse(response, 405)
  const form = formOf(request)
  if (form === undefined) return refuse(response, 415)
  const known = await caller()
  if (known === undefined) {
    options.closed?.('unknown_certificate')
    return refuse(response, 401)
  }
  // Text takes more bytes than the same message in TTLV.
  const factor = form === 'ttlv' ? 1 : 4
  const { messageBytesMax } = { ...kmipLimits, ...options.limits }
  const body = await bodyOf(request, messageBytesMax * factor)
  if (body === undefined) {
    options.closed?.('malformed')
    return refuse(response, 413)
  }
  const bytes = await handle(options, { known, body, form, connection })
  options.answered?.()
  response
    .writeHead(200, {
      'content-type': request.headers['content-type'] ?? '',
      'content-length': bytes.length,
      'cache-control': 'no-store',
    })
    .end(bytes)
}

/** Listens until it is disposed; port 0 takes a free one. */
export const listenKmipHttps = async (options: KmipListenerOptions): Promise<KmipListener> => {
  const limits = { ...kmipLimits, ...options.limits }
  const clients = new WeakMap<TLSSocket, ClientOfSocket>()
  const clientOf = (socket: TLSSocket): ClientOfSocket => {
    const known = clients.get(socket)
    if (known !== undefined) return known
    let caller: Promise<KmipCaller | undefined> | undefined
    const authenticate = async (): Promise<KmipCaller | undefined> => {
      const publicKey = publicKeyOf(socket)
      return publicKey && options.authenticate(publicKey, socket.remoteAddress)
    }
    const found: ClientOfSocket = {
      caller: () => {
        caller ??= authenticate()
        return caller
      },
      connection: {},
    }
    clients.set(socket, found)
    return found
  }
  const server = createServer(
    {
      ...tlsOptions(options),
      handshakeTimeout: limits.handshakeTimeoutMs,
      headersTimeout: limits.messageTimeoutMs,
      requestTimeout: limits.messageTimeoutMs,
      keepAliveTimeout: limits.idleTimeoutMs,
    },
    (request, response) => {
      const client = clientOf(request.socket as TLSSocket)
      answer(options, client, request, response).catch(() => response.destroy())
    },
  )
  server.maxConnections = limits.connectionsMax
  let open = 0
  const opened = byIdentity<Socket>(options.certificate, (socket) => socket.destroy())
  server.prependListener('request', (request, response) => {
    if (opened.isOld(request.socket)) response.shouldKeepAlive = false
  })
  server.on('secureConnection', (socket) => {
    opened.admit(socket, socket)
    open += 1
    socket.on('close', () => {
      open -= 1
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => open,
    setCertificate: (certificate) => {
      opened.next(certificate)
      server.setSecureContext(tlsOptions({ ...options, certificate }))
    },
    [Symbol.asyncDispose]: async () => {
      opened.stop()
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await ended
    },
  }
}
