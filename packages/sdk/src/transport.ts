/** How bytes reach a node: HTTP requests and WebSockets, of a browser or of any fetch. */
import type { Bytes } from '@holdfast/base/bytes'
import { fail, type Refusal, RefusalError, refuse } from '@holdfast/base/errors'
import { answerBytesMax } from './limits.ts'

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly url: string
  readonly contentType?: string
  readonly body?: Bytes
  readonly timeoutMs: number
  /** For answers that prove themselves (manifests, evidence): whatever TLS key is pinned. */
  readonly anyKey?: true
}

export type HttpAnswer = {
  readonly status: number
  readonly contentType: string
  readonly body: Bytes
}

export type SocketHandlers = {
  message(data: Bytes | string): void
  /** Called once, whoever closed it. */
  closed(reason: string): void
}

export type Socket = {
  send(data: Bytes): void
  close(): void
}

export type Transport = {
  /** Refusals: `unreachable`, `too_large`. Every HTTP status is an answer. */
  http(request: HttpRequest): Promise<HttpAnswer>
  /** Settles when the socket is open. Refusals: `unreachable`. */
  webSocket(
    url: string,
    handlers: SocketHandlers,
    options: { readonly timeoutMs: number },
  ): Promise<Socket>
  /**
   * From now on, connections to this origin must present this TLS key (SubjectPublicKeyInfo in
   * DER), or the one that was pinned before and whose identity has not ended. Absent where the
   * runtime cannot look at certificates.
   */
  readonly pin?: (origin: string, tlsPublicKey: Bytes, untilMs: number) => void
  /** Ends idle connections. */
  readonly close?: () => void
}

export const unreachable = (detail: string): RefusalError =>
  new RefusalError(refuse('unreachable', detail).refusal)

/** The refusal that an error is; anything else is a fault of this program and passes. */
export const refusalOf = (error: unknown): Refusal => {
  if (error instanceof RefusalError) return error.refusal
  throw error
}

type FetchResponse = Pick<Response, 'status' | 'headers' | 'body'>
export type Fetch = (
  url: string,
  init: {
    method: string
    headers: Record<string, string>
    body?: Uint8Array<ArrayBuffer>
    signal: AbortSignal
    redirect: 'error'
    cache: 'no-store'
    credentials: 'omit'
  },
) => Promise<FetchResponse>

const readBody = async (response: FetchResponse): Promise<Bytes> => {
  const body = new Uint8Array(await new Response(response.body).arrayBuffer())
  if (body.length > answerBytesMax) fail('too_large', 'the answer of the node is too large')
  return body
}

const http =
  (fetch: Fetch): Transport['http'] =>
  async (request) => {
    const declared = (response: FetchResponse): number =>
      Number(response.headers.get('content-length') ?? 0)
    try {
      const response = await fetch(request.url, {
        method: request.method,
        headers: request.contentType === undefined ? {} : { 'content-type': request.contentType },
        ...(request.body === undefined ? {} : { body: Uint8Array.from(request.body) }),
        signal: AbortSignal.timeout(request.timeoutMs),
        redirect: 'error',
        cache: 'no-store',
        credentials: 'omit',
      })
      if (declared(response) > answerBytesMax) fail('too_large', 'the answer is too large')
      return {
        status: response.status,
        contentType: response.headers.get('content-type') ?? '',
        body: await readBody(response),
      }
    } catch (error) {
      if (error instanceof RefusalError) throw error
      throw unreachable('the node does not answer over HTTP')
    }
  }

const webSocket =
  (WebSocketClass: typeof WebSocket): Transport['webSocket'] =>
  (url, handlers, { timeoutMs }) =>
    new Promise((settle, refuseSocket) => {
      const socket = new WebSocketClass(url)
      socket.binaryType = 'arraybuffer'
      let open = false
      const timer = setTimeout(() => socket.close(), timeoutMs)
      socket.addEventListener('open', () => {
        open = true
        clearTimeout(timer)
        settle({
          send: (data) => socket.send(Uint8Array.from(data)),
          close: () => socket.close(),
        })
      })
      socket.addEventListener('message', (event: MessageEvent) => {
        const data = event.data as ArrayBuffer | string
        handlers.message(typeof data === 'string' ? data : new Uint8Array(data))
      })
      socket.addEventListener('close', () => {
        clearTimeout(timer)
        if (open) handlers.closed('the connection was closed')
        else refuseSocket(unreachable('the node does not open a WebSocket'))
      })
    })

/** A transport of the runtime's own `fetch` and `WebSocket`. */
export const fetchTransport = (
  options: { readonly fetch?: Fetch; readonly WebSocket?: typeof WebSocket } = {},
): Transport => ({
  http: http(options.fetch ?? ((url, init) => globalThis.fetch(url, init))),
  webSocket: (...parameters) => webSocket(options.WebSocket ?? globalThis.WebSocket)(...parameters),
})
