/** HTTP requests by node:http and node:https, over connections whose TLS key is pinned. */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { TLSSocket } from 'node:tls'
import { concat } from '@holdfast/base/bytes'
import { fail, RefusalError } from '@holdfast/base/errors'
import { answerBytesMax } from '../limits.ts'
import { type HttpAnswer, type HttpRequest, unreachable } from '../transport.ts'
import type { PinnedKeys } from './pinned-keys.ts'

const readAnswer = async (incoming: IncomingMessage): Promise<HttpAnswer> => {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length
    if (length > answerBytesMax) {
      incoming.destroy()
      fail('too_large', 'the answer of the node is too large')
    }
    chunks.push(chunk)
  }
  return {
    status: incoming.statusCode ?? 0,
    contentType: incoming.headers['content-type'] ?? '',
    body: concat(...chunks),
  }
}

export type HttpsRequests = {
  http(request: HttpRequest): Promise<HttpAnswer>
  close(): void
}

export const httpsRequests = (keys: PinnedKeys): HttpsRequests => {
  const secure = new HttpsAgent({
    keepAlive: true,
    rejectUnauthorized: false,
    maxSockets: 64,
    maxCachedSessions: 0,
  })
  const plain = new HttpAgent({ keepAlive: true, maxSockets: 64 })
  const send = (request: HttpRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { origin, protocol } = new URL(request.url)
      const isSecure = protocol === 'https:'
      const outgoing = (isSecure ? httpsRequest : httpRequest)(request.url, {
        method: request.method,
        agent: isSecure ? secure : plain,
        headers: {
          ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
          ...(request.body === undefined ? {} : { 'content-length': request.body.length }),
        },
        signal: AbortSignal.timeout(request.timeoutMs),
      })
      outgoing.on('response', resolve)
      outgoing.on('error', reject)
      outgoing.on('socket', (socket) => {
        const send = (): void => {
          // Nothing of the request leaves before the key of the connection is known.
          const anyKey = !(socket instanceof TLSSocket) || request.anyKey === true
          if (anyKey || keys.accepts(origin, socket)) {
            outgoing.end(request.body)
          } else {
            outgoing.destroy(unreachable('the TLS key is not the one that the evidence names'))
          }
        }
        if (socket instanceof TLSSocket && socket.getPeerX509Certificate() === undefined) {
          socket.once('secureConnect', send)
        } else send()
      })
    })
  return {
    http: async (request) => {
      try {
        return await readAnswer(await send(request))
      } catch (error) {
        if (error instanceof RefusalError) throw error
        throw unreachable('the node does not answer over HTTP')
      }
    },
    close: () => {
      secure.destroy()
      plain.destroy()
    },
  }
}
