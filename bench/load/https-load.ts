/** Requests as plain HTTPS JSON over kept connections, one in flight on each. */
import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import type { Purpose } from '@holdfast/base/authorisation'
import { type Bytes, toBase64Url } from '@holdfast/base/bytes'
import type { Owner } from '../client/owner.ts'
import type { Load } from './load.ts'

export type HttpsLoadOptions = {
  /** `https://127.0.0.1:…` */
  readonly origin: string
  readonly connections: number
  readonly owner: Owner
  readonly purpose: Purpose
  readonly next: () => Bytes
}

/** The body of the answer, or undefined while some of it is missing. */
const readAnswer = (
  untrusted: Buffer,
): { readonly status: number; readonly body: Buffer } | undefined => {
  const end = untrusted.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = untrusted.toString('latin1', 0, end)
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? Number.NaN)
  if (Number.isNaN(length)) throw new Error(`an answer without a length: ${head}`)
  const body = untrusted.subarray(end + 4)
  return body.length < length ? undefined : { status: Number(head.slice(9, 12)), body }
}

/** One POST with a fresh proof of the owner's P-256 key. */
const post = ({ owner, purpose, next }: HttpsLoadOptions): string => {
  const bytes = next()
  const authorisations = [owner.authorise(purpose, bytes)]
  const body = JSON.stringify({ request: toBase64Url(bytes), authorisations })
  const head = 'POST /v1/requests HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json'
  return `${head}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** Sends one request and gives the answer's JSON text; throws where it is a problem. */
export const ask = async (options: HttpsLoadOptions): Promise<string> => {
  const socket = await open(options.origin)
  socket.write(post(options))
  let input = Buffer.alloc(0)
  try {
    for (;;) {
      const [data] = (await once(socket, 'data')) as [Buffer]
      input = Buffer.concat([input, data])
      const answer = readAnswer(input)
      if (answer === undefined) continue
      if (answer.status !== 200) throw new Error(answer.body.toString())
      return answer.body.toString()
    }
  } finally {
    socket.destroy()
  }
}

const open = async (origin: string): Promise<TLSSocket> => {
  const { hostname, port } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  return socket
}

export const startHttpsLoad = async (options: HttpsLoadOptions): Promise<Load> => {
  let answered = 0
  let stopping = false
  let failure: unknown
  const serve = (socket: TLSSocket): void => {
    let input: Buffer = Buffer.alloc(0)
    socket.on('data', (data: Buffer) => {
      try {
        input = input.length === 0 ? data : Buffer.concat([input, data])
        const answer = readAnswer(input)
        if (answer === undefined) return
        if (answer.status !== 200) throw new Error(answer.body.toString())
        input = Buffer.alloc(0)
        answered += 1
        if (!stopping) socket.write(post(options))
      } catch (error) {
        failure ??= error
      }
    })
    socket.on('error', (error) => {
      if (!stopping) failure ??= error
    })
    socket.write(post(options))
  }
  const sockets: TLSSocket[] = []
  for (let count = 0; count < options.connections; count += 1) {
    sockets.push(await open(options.origin))
  }
  for (const socket of sockets) serve(socket)
  return {
    operations: () => {
      if (failure !== undefined) throw failure
      return answered
    },
    stop: async () => {
      stopping = true
      for (const socket of sockets) socket.destroy()
    },
  }
}
