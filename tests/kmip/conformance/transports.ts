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

export type Transport = AsyncDisposable & { exchange(message: Item): Promise<Item> }

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

const nextMessage = (socket: TLSSocket, frames: FrameReader): Promise<Uint8Array> =>
  new Promise((resolve, reject) => {
    const end = (): void => reject(new Error('the server closed the connection'))
    const take = (chunk: Buffer): void => {
      const messages = frames.push(chunk)
      if (!messages.ok) return reject(new Error('the answer is no KMIP message'))
      const [first] = messages.value
      if (first === undefined) return
      socket.off('data', take)
      socket.off('close', end)
      resolve(first)
    }
    socket.on('data', take)
    socket.once('close', end)
  })

export const tlsTransport = async (port: number, client: TlsClient): Promise<Transport> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...client })
  await within(
    new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve)
      socket.once('error', reject)
    }),
  )
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  const frames = new FrameReader({ expect: 'ResponseMessage' })
  return {
    exchange: async (message) => {
      const answer = nextMessage(socket, frames)
      socket.write(encodeTtlv(message))
      return must(decodeTtlv(await within(answer)))
    },
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
    [Symbol.asyncDispose]: async () => agent.destroy(),
  }
}
