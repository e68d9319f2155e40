/**
 * KMIP over TLS (KMIP Profiles 2.1 §3): TTLV messages on a port of their own, client certificates.
 * One message of a connection is answered after the other, but for signatures that were asked for
 * one after the other, which are made together; answers leave in the order of the messages, and
 * those that are ready together in one write, so that they share TLS records. What the node asks of
 * the client goes behind the answer to the message that brought it about. Where too much of the
 * client's wallet waits, the message is told so in its place, and the connection rests for a while.
 */
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import { type Bytes, concat } from '@holdfast/base/bytes'
import type { KmipCaller, KmipConnection } from '@holdfast/enclave/kmip/create-kmip-server'
import { enumerations, FrameReader, isRequestMessage, peekOperations } from '@holdfast/kmip'
import { byIdentity } from './by-identity.ts'
import {
  answerRefused,
  type KmipClosed,
  type KmipListenerOptions,
  publicKeyOf,
  tlsOptions,
} from './kmip-clients.ts'
import { kmipLimits } from './kmip-limits.ts'
import { chooseProtocol, KmipPushes, takesOf } from './kmip-pushes.ts'

export type KmipListener = AsyncDisposable & {
  readonly port: number
  connections(): number
  /** Later connections are shown this certificate. */
  setCertificate(certificate: KmipListenerOptions['certificate']): void
}

const signCode = enumerations.Operation.Sign[0]

/** A message of one Sign and nothing else: what it answers depends on no other such message. */
const isSign = (untrusted: Bytes): boolean => {
  const operations = peekOperations(untrusted)
  return operations?.length === 1 && operations[0] === signCode
}

class Connection {
  readonly #socket: TLSSocket
  readonly #options: KmipListenerOptions
  readonly #limits: Readonly<Record<keyof typeof kmipLimits, number>>
  readonly #frames: FrameReader
  readonly #queue: Bytes[] = []
  #queuedBytes = 0
  /** Of a client that takes requests. */
  readonly #pushes: KmipPushes | undefined
  readonly #identity: KmipConnection
  #ending = false
  #caller: KmipCaller | undefined
  #busy = false
  #partial = false
  #refused = false
  #timer: NodeJS.Timeout | undefined

  constructor(socket: TLSSocket, options: KmipListenerOptions) {
    this.#socket = socket
    this.#options = options
    this.#limits = { ...kmipLimits, ...options.limits }
    const { messageBytesMax } = this.#limits
    this.#pushes = this.#pushesOf(socket)
    this.#identity = { pushes: this.#pushes }
    const expect = this.#pushes === undefined ? 'RequestMessage' : 'Message'
    this.#frames = new FrameReader({ expect, messageBytesMax })
    socket.setNoDelay(true)
    socket.on('error', () => this.close())
    socket.on('close', () => {
      clearTimeout(this.#timer)
      this.#pushes?.end()
    })
  }

  #pushesOf(socket: TLSSocket): KmipPushes | undefined {
    const takes = takesOf(socket.alpnProtocol)
    if (takes === undefined) return undefined
    const { unansweredMax, clientAnswerTimeoutMs: answerTimeoutMs } = this.#limits
    return new KmipPushes({
      takes,
      unansweredMax,
      answerTimeoutMs,
      isOpen: () => !socket.destroyed,
      wake: () => this.#begin(),
      close: (reason) => this.close(reason),
    })
  }

  async start(): Promise<void> {
    const publicKey = publicKeyOf(this.#socket)
    if (publicKey === undefined) return this.close('no_certificate')
    this.#expect('too_slow', this.#limits.authenticationTimeoutMs)
    this.#caller = await this.#options.authenticate(publicKey, this.#socket.remoteAddress)
    if (this.#caller === undefined) return this.close('unknown_certificate')
    this.#expect('idle', this.#limits.idleTimeoutMs)
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  close(reason?: KmipClosed): void {
    if (this.#socket.destroyed) return
    if (reason !== undefined) this.#options.closed?.(reason)
    this.#queue.length = 0
    this.#queuedBytes = 0
    this.#socket.destroy()
  }

  /** What was asked is answered before. */
  end(): void {
    this.#ending = true
    if (!this.#busy) this.close('identity_ended')
  }

  /** The connection is closed unless something else is expected before. */
  #expect(reason: KmipClosed, ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.close(reason), ms)
  }

  #take(chunk: Uint8Array): void {
    const messages = this.#frames.push(chunk)
    if (!messages.ok) return this.close('malformed')
    for (const message of messages.value) {
      if (this.#pushes === undefined || isRequestMessage(message)) this.#add(message)
      else if (!this.#pushes.answered(message)) return this.close('malformed')
    }
    const isPart = this.#frames.buffered > 0
    // The time of a message that goes on runs from its first byte, however often bytes come.
    if (isPart && (!this.#partial || messages.value.length > 0)) {
      this.#expect('too_slow', this.#limits.messageTimeoutMs)
    }
    if (!isPart) this.#expect('idle', this.#limits.idleTimeoutMs)
    this.#partial = isPart
    const { queuedMax, queuedBytesMax } = this.#limits
    if (this.#queue.length > queuedMax || this.#queuedBytes > queuedBytesMax) this.#socket.pause()
    this.#begin()
  }

  #add(message: Bytes): void {
    this.#queue.push(message)
    this.#queuedBytes += message.length
  }

  #begin(): void {
    if (this.#busy || this.#socket.destroyed) return
    this.#busy = true
    // What else has arrived in this turn of the event loop is read first: its answers share a
    // write, and with it TLS records.
    setImmediate(() => void this.#work())
  }

  async #work(): Promise<void> {
    try {
      await this.#answerAll()
      await this.#writePushes()
    } catch {
      this.close('failed')
    }
    this.#busy = false
    if (this.#ending) return this.close('identity_ended')
    if (this.#pushes?.isWaiting === true) this.#begin()
  }

  async #writePushes(): Promise<void> {
    const requests = this.#pushes?.take() ?? []
    if (requests.length > 0) await this.#write(concat(...requests))
  }

  async #answerAll(): Promise<void> {
    let ready: Bytes[] = []
    let readyBytes = 0
    for (let group = this.#nextGroup(); group.length > 0; group = this.#nextGroup()) {
      const answers = await Promise.all(group.map((message) => this.#answer(message)))
      for (const answer of answers) {
        this.#options.answered?.()
        ready.push(answer)
        readyBytes += answer.length
      }
      const mayWait = this.#queue.length > 0 && !this.#refused
      if (mayWait && readyBytes < this.#limits.joinedBytesMax) continue
      await this.#write(concat(...ready, ...(this.#pushes?.take() ?? [])))
      ready = []
      readyBytes = 0
      await this.#rest()
      if (this.#socket.isPaused()) this.#socket.resume()
    }
  }

  async #answer(untrusted: Bytes): Promise<Bytes> {
    const form = 'ttlv'
    try {
      return await this.#options.handle(this.#caller as KmipCaller, untrusted, form, this.#identity)
    } catch (error) {
      const answer = answerRefused(this.#options, { untrusted, form, error })
      this.#refused = true
      return answer
    }
  }

  /** What has no place now would have none at once either. */
  async #rest(): Promise<void> {
    if (!this.#refused) return
    this.#refused = false
    await delay(this.#limits.refusedRestMs, undefined, { ref: false })
  }

  /** The next message, with those signatures behind it that may be made at the same time. */
  #nextGroup(): readonly Bytes[] {
    const [first] = this.#queue
    if (first === undefined) return []
    let count = 1
    if (isSign(first)) {
      const max = Math.min(this.#queue.length, this.#limits.togetherMax)
      while (count < max && isSign(this.#queue[count] as Bytes)) count += 1
    }
    const group = this.#queue.splice(0, count)
    for (const { length } of group) this.#queuedBytes -= length
    return group
  }

  async #write(bytes: Bytes): Promise<void> {
    if (this.#socket.destroyed) return
    const taken = this.#socket.write(bytes)
    if (taken || this.#socket.writableLength < this.#limits.unsentBytesMax) return
    this.#expect('not_read', this.#limits.drainTimeoutMs)
    await new Promise<void>((resolve) => {
      this.#socket.once('drain', resolve)
      this.#socket.once('close', resolve)
    })
    this.#expect('idle', this.#limits.idleTimeoutMs)
  }
}

const listen = (server: Server, { host, port }: KmipListenerOptions): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })

/** Listens until it is disposed; port 0 takes a free one. */
export const listenKmip = async (options: KmipListenerOptions): Promise<KmipListener> => {
  const limits = { ...kmipLimits, ...options.limits }
  const connections = new Set<Connection>()
  const handshakeTimeout = limits.handshakeTimeoutMs
  const server = createServer({
    ...tlsOptions(options),
    handshakeTimeout,
    ALPNCallback: ({ protocols }) => chooseProtocol(protocols),
  })
  server.maxConnections = limits.connectionsMax
  server.on('tlsClientError', (_error, socket) => {
    options.closed?.('handshake')
    socket.destroy()
  })
  const opened = byIdentity<Connection>(options.certificate, (connection) => connection.end())
  server.on('secureConnection', (socket) => {
    const connection = new Connection(socket, options)
    connections.add(connection)
    opened.admit(connection, socket)
    socket.on('close', () => connections.delete(connection))
    connection.start().catch(() => connection.close('failed'))
  })
  const port = await listen(server, options)
  return {
    port,
    connections: () => connections.size,
    setCertificate: (certificate) => {
      opened.next(certificate)
      server.setSecureContext(tlsOptions({ ...options, certificate }))
    },
    [Symbol.asyncDispose]: async () => {
      opened.stop()
      const ended = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const connection of connections) connection.close()
      await ended
    },
  }
}
