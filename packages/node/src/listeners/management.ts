/** `/livez`, `/readyz` and `/metrics`, on a port of their own that clients do not reach. */
import { createServer, type ServerResponse } from 'node:http'
import { accept, assert, type Result, refuse } from '@holdfast/base/errors'
import * as limits from '../limits.ts'
import type { HostPort } from '../mesh/peer-address.ts'
import type { Metrics } from './metrics.ts'
import { problemResponse } from './problem.ts'

export type ManagementListener = { readonly port: number; stop(): Promise<void> }

type Answer = { readonly status: number; readonly type: string; readonly text: string }

const plain = (status: number, text: string): Answer => ({ status, type: 'text/plain', text })

/** Refusals: `address_in_use`. */
export const listenManagement = (options: {
  readonly address: HostPort
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  /** Of the node; `/readyz` shows it until it is `ready`. */
  state(): string
}): Promise<Result<ManagementListener>> => {
  const { metrics, address } = options
  const answers: Readonly<Record<string, () => Promise<Answer>>> = {
    '/livez': async () => plain(200, 'ok\n'),
    '/readyz': async () => {
      const state = options.state()
      return state === 'ready' ? plain(200, 'ok\n') : plain(503, `${state.replaceAll('_', ' ')}\n`)
    },
    '/metrics': async () => ({
      status: 200,
      type: metrics.contentType,
      text: await metrics.text(),
    }),
  }
  const send = (response: ServerResponse, { status, type, text }: Answer): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(text)
  }
  const refuseWith = (response: ServerResponse, refused: ReturnType<typeof refuse>): void => {
    const { status, headers, body } = problemResponse(refused.refusal)
    response.writeHead(status, headers).end(body)
  }
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.bodyTimeoutMs,
      maxHeaderSize: limits.headerBytesMax,
    },
    (request, response) => {
      const path = (request.url ?? '').split('?', 1)[0] ?? ''
      const answer = Object.hasOwn(answers, path) ? answers[path] : undefined
      if (answer === undefined) {
        refuseWith(response, refuse('unknown_operation', 'there is no such path'))
      } else if (request.method !== 'GET' && request.method !== 'HEAD') {
        refuseWith(response, refuse('method_not_allowed', 'not a method of this path'))
      } else {
        answer().then(
          (made) => send(response, made),
          () => refuseWith(response, refuse('internal', 'this node met a fault')),
        )
      }
      // A body is not read: the connection ends instead.
      if (request.headers['content-length'] !== undefined) response.shouldKeepAlive = false
    },
  )
  server.maxConnections = limits.managementConnectionsMax
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(refuse('address_in_use', 'the management port cannot be had'))
    })
    server.listen(address.port, address.host, () => {
      const bound = server.address()
      assert(typeof bound === 'object' && bound !== null, 'a listener has an address')
      const stop = (): Promise<void> =>
        new Promise((stopped) => {
          server.close(() => stopped())
          server.closeAllConnections()
        })
      resolve(accept({ port: bound.port, stop }))
    })
  })
}
