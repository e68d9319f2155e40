/** Connections of a conformance run: TTLV over TLS, and the three forms over HTTPS. */
import { Agent, request } from 'node:https'
import { connect, type TLSSocket } from 'node:tls'
import {
  decodeJson,
  decodeTtlv,
  decodeXml,
  encodeJson,
  encodeTtlv,
  encodeXml,
  FrameReader,
  type Item,
} from '../../../packages/kmip/src/index.ts'

export type Transport = AsyncDisposable & {
  exchange(message: Item): Promise<Item>
  /** The next message of the server, whoever asked. */
  receive(): Promise<Item>
  send(message: Item): void
  /** Messages that came and that nobody has read. */
  unread(): number
}

export type TlsClient = { readonly key: string | Buffer; readonly cert: string | Buffer }

const answerTimeoutMs = 20_000

const must = (result: { readonly ok: boolean; readonly value?: Item }): Item => {
  if (!result.ok) throw new Error(`the answer cannot be read: ${JSON.stringify(result)}`)
  return result.value as Item
}

const within = <Value>(work: Promise<Value>): Promise<Value> => {
  let timer: NodeJS.Timeout
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), answerTimeoutMs)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

/** The messages of a connection in their order, and whoever waits for the next. */
class Inbox {
  readonly #frames = new FrameReader({ expect: 'Message' })
  readonly #messages: Uint8Array[] = []
  #wake: (() => void) | undefined
  #end: string | undefined

  constructor(socket: TLSSocket) {
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.once('close', () => this.#finish('the server closed the connection'))
  }

  get unread(): number {
    return this.#messages.length
  }

  async next(): Promise<Uint8Array> {
    while (this.#messages.length === 0) {
      if (this.#end !== undefined) throw new Error(this.#end)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#messages.shift() as Uint8Array
  }

  #take(chunk: Buffer): void {
    const messages = this.#frames.push(chunk)
    if (!messages.ok) return this.#finish('the answer is no KMIP message')
    this.#messages.push(...messages.value)
    this.#wake?.()
  }

  #finish(reason: string): void {
    this.#end ??= reason
    this.#wake?.()
  }
}

export const tlsTransport = async (
  port: number,
  client: TlsClient,
  /** Says to the server which requests this client takes. */
  protocols: readonly string[] = [],
): Promise<Transport> => {
  const ALPNProtocols = [...protocols]
  const secured = protocols.length === 0 ? client : { ...client, ALPNProtocols }
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...secured })
  await within(
    new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    }),
  )
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  const inbox = new Inbox(socket)
  const receive = async (): Promise<Item> => must(decodeTtlv(await within(inbox.next())))
  const send = (message: Item): void => void socket.write(encodeTtlv(message))
  return {
    exchange: (message) => {
      send(message)
      return receive()
    },
    receive,
    send,
    unread: () => inbox.unread,
    [Symbol.asyncDispose]: async () => void socket.destroy(),
  }
}

export const httpsForms = {
  ttlv: { type: 'application/octet-stream', encode: encodeTtlv, decode: decodeTtlv },
  xml: { type: 'text/xml', encode: encodeXml, decode: decodeXml },
  json: { type: 'application/json', encode: encodeJson, decode: decodeJson },
} as const

export const httpsTransport = (
  port: number,
  client: TlsClient,
  form: keyof typeof httpsForms,
): Transport => {
  const { type, encode, decode } = httpsForms[form]
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false, ...client })
  const post = (body: Uint8Array): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': type, 'content-length': body.length }
      const sent = request(
        { host: '127.0.0.1', port, path: '/kmip', method: 'POST', agent, headers },
        (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () =>
            response.statusCode === 200
              ? resolve(Buffer.concat(parts))
              : reject(new Error(`HTTP status ${response.statusCode}`)),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  return {
    exchange: async (message) => must(decode(new Uint8Array(await within(post(encode(message)))))),
    receive: () => Promise.reject(new Error('over HTTP a server asks nothing')),
    send: () => undefined,
    unread: () => 0,
    [Symbol.asyncDispose]: async () => agent.destroy(),
  }
}
