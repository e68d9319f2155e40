/** The HTTP of clients: routes to the core, every refusal a problem, nothing unbounded. */
import type { KmipAddresses } from '@holdfast/base/answers'
import { accept, type Refusal, refuse } from '@holdfast/base/errors'
import type { Core } from '@holdfast/enclave/core/core-interface'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify'
import * as limits from '../limits.ts'
import type { Logs } from '../logs.ts'
import type { HostPort } from '../mesh/peer-address.ts'
import type { TlsIdentity } from '../mesh/tls-peer.ts'
import { strangerAt } from './caller.ts'
import type { FairTurns } from './fair-turns.ts'
import { problemResponse } from './problem.ts'
import { refuseRaw } from './refuse-raw.ts'
import { type Route, routes } from './routes.ts'

export type HttpOptions = {
  readonly address: HostPort
  /** Absent: plain HTTP, for a proxy that ends TLS or a browser on this machine. */
  readonly tls?: TlsIdentity
  readonly core: Core
  readonly turns: FairTurns
  readonly manifests: () => Uint8Array
  readonly kmip?: () => KmipAddresses
  readonly openApi: Uint8Array
  /** The routes of the web page, where it is served. */
  readonly page?: readonly Route[]
  /** Told of every answer, for the metrics. */
  observe(answer: { route: string; method: string; status: number; durationMs: number }): void
  readonly logs: Logs
}

const methods = ['GET', 'POST', 'DELETE', 'PUT', 'PATCH'] as const

/** Requests carry their own proofs and no cookie: a page of any origin may send them. */
const openHeaders = {
  'access-control-allow-origin': '*',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

const preflightHeaders = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'content-type',
  'access-control-max-age': '600',
} as const

/** Fastify's own refusals, by their codes; others below 500 are `malformed`. */
const refusalsOfFastify: Readonly<Record<string, Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: refuse('too_large', 'the body is larger than the limit').refusal,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: refuse('unsupported_media', 'not the media type of this route')
    .refusal,
}

const sendRefusal = (reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const { status, headers, body } = problemResponse(refusal)
  // Bytes, since text would be given a charset that JSON does not have (RFC 8259 §11).
  return reply.code(status).headers(headers).send(Buffer.from(body))
}

const emptyBody = new Uint8Array()

const bytesOf = (body: unknown): Uint8Array =>
  body instanceof Uint8Array
    ? new Uint8Array(body.buffer, body.byteOffset, body.byteLength)
    : emptyBody

const addRoute = (app: FastifyInstance, route: Route, options: HttpOptions): void => {
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyBytesMax ?? limits.bodyBytesMax,
    ...(route.bodyType === undefined
      ? {}
      : {
          preHandler: (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
            const [type] = (request.headers['content-type'] ?? '').split(';', 1)
            const detail = `the body of this route is ${route.bodyType}`
            if (type?.trim().toLowerCase() === route.bodyType) done()
            else void sendRefusal(reply, refuse('unsupported_media', detail).refusal)
          },
        }),
    handler: async (request, reply) => {
      const answer = await route.answer({
        core: options.core,
        turns: options.turns,
        stranger: strangerAt(request.socket.remoteAddress),
        manifests: options.manifests,
        kmip: options.kmip,
        query: request.query,
        parameters: request.params,
        body: bytesOf(request.body),
      })
      if (!answer.ok) return sendRefusal(reply, answer.refusal)
      const { type, bytes } = answer.value
      if (route.headers !== undefined) reply.headers(route.headers)
      if (bytes === undefined) return reply.code(204).send()
      return reply.type(type).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    },
  })
}

/** Every other method of a known path: 405, before a body is read. */
const addOtherMethods = (app: FastifyInstance, path: string, known: readonly string[]): void => {
  app.route({
    method: methods.filter((method) => !known.includes(method)),
    url: path,
    onRequest: async (_request, reply) => {
      reply.header('allow', [...known, 'OPTIONS'].join(', '))
      return sendRefusal(reply, refuse('method_not_allowed', 'not a method of this path').refusal)
    },
    handler: async () => undefined,
  })
  app.route({
    method: 'OPTIONS',
    url: path,
    handler: async (_request, reply) => reply.code(204).headers(preflightHeaders).send(),
  })
}

const addErrors = (app: FastifyInstance, { logs }: HttpOptions): void => {
  app.setNotFoundHandler((_request, reply) => {
    void sendRefusal(reply, refuse('unknown_operation', 'there is no such path').refusal)
  })
  app.setErrorHandler((error, request, reply) => {
    const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number }
    const known = refusalsOfFastify[code]
    if (known !== undefined) return sendRefusal(reply, known)
    if (statusCode < 500) {
      return sendRefusal(reply, refuse('malformed', 'the HTTP request is not sound').refusal)
    }
    logs.error('request failed', {
      route: request.routeOptions.url ?? '',
      code: error instanceof Error ? error.name : 'unknown',
    })
    return sendRefusal(reply, refuse('internal', 'this node met a fault').refusal)
  })
}

const openApp = (tls: TlsIdentity | undefined): FastifyInstance => {
  const server = {
    maxHeaderSize: limits.headerBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.connectionSweepMs,
  }
  const common = {
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.bodyTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    clientErrorHandler: refuseRaw,
    routerOptions: { maxParamLength: 128 },
    frameworkErrors: (_error: unknown, _request: unknown, reply: FastifyReply): void => {
      void sendRefusal(reply, refuse('malformed', 'the path is not sound').refusal)
    },
  } as const
  if (tls === undefined) return fastify({ ...common, http: server })
  const https = {
    ...server,
    key: tls.key,
    cert: tls.certificate,
    minVersion: 'TLSv1.3' as const,
    handshakeTimeout: limits.headersTimeoutMs,
  }
  return fastify({ ...common, https })
}

const addRoutes = (app: FastifyInstance, options: HttpOptions): void => {
  const all: readonly Route[] = [
    ...routes,
    ...(options.page ?? []),
    {
      method: 'GET',
      path: '/openapi.json',
      answer: async () => accept({ type: 'application/json', bytes: options.openApi }),
    },
    {
      method: 'GET',
      path: '/v1/session',
      answer: async () => refuse('upgrade_required', 'this path is for WebSockets'),
    },
  ]
  for (const route of all) addRoute(app, route, options)
  for (const path of new Set(all.map((route) => route.path))) {
    const known: string[] = all.filter((route) => route.path === path).map(({ method }) => method)
    addOtherMethods(app, path, known.includes('GET') ? [...known, 'HEAD'] : known)
  }
}

/** The routes on an instance that does not listen yet. */
export const createHttpApp = (options: HttpOptions): FastifyInstance => {
  const app = openApp(options.tls)
  app.removeAllContentTypeParsers()
  const types = ['application/json', 'application/cbor', 'application/octet-stream']
  app.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(openHeaders)
  })
  app.addHook('onResponse', async (request, reply) => {
    options.observe({
      route: request.routeOptions.url ?? 'none',
      method: request.method,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    })
  })
  addErrors(app, options)
  addRoutes(app, options)
  return app
}
