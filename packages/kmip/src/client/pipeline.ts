/**
 * Requests and their answers on one stream: answers come in the order of the requests, so that
 * many may be in flight. Requests of one turn leave in one write.
 */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { messageBytesMax, requestsInFlightMax } from '../limits.ts'
import { FrameReader } from '../ttlv/frames.ts'
import { KmipError } from './kmip-error.ts'
import type { ByteStream, Timer } from './ports.ts'

export type PipelineOptions = {
  readonly timer: Timer
  /** How long to wait for one answer. */
  readonly timeoutMs: number
  /** Bytes of one answer. */
  readonly messageBytesMax?: number
  readonly requestsInFlightMax?: number
}

type Waiting = {
  /** Undefined once it has timed out: its answer, when it comes, is for nobody. */
  settle: { resolve(message: Bytes): void; reject(error: KmipError): void } | undefined
  timer: { cancel(): void } | undefined
}

export class Pipeline implements Disposable {
  readonly #stream: ByteStream
  readonly #options: PipelineOptions
  readonly #frames: FrameReader
  #waiting: Waiting[] = []
  #outgoing: Bytes[] = []
  #closed: KmipError | undefined

  constructor(stream: ByteStream, options: PipelineOptions) {
    this.#stream = stream
    this.#options = options
    this.#frames = new FrameReader({
      expect: 'ResponseMessage',
      messageBytesMax: options.messageBytesMax ?? messageBytesMax,
    })
    stream.onData((bytes) => this.#receive(bytes))
    stream.onClose(() => this.#end(new KmipError('closed', 'the connection has ended')))
  }

  /** The bytes of the answer to a request. */
  send(request: Bytes): Promise<Bytes> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed)
    const inFlightMax = this.#options.requestsInFlightMax ?? requestsInFlightMax
    if (this.#waiting.length >= inFlightMax) {
      return Promise.reject(new KmipError('busy', 'too many requests are in flight'))
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = { settle: { resolve, reject }, timer: undefined }
      this.#waiting.push(waiting)
      waiting.timer = this.#options.timer.start(this.#options.timeoutMs, () => {
        waiting.settle?.reject(new KmipError('timeout', 'no answer in time'))
        waiting.settle = undefined
      })
      this.#enqueue(request)
    })
  }

  /** Closes the stream; what still waits is told why. */
  fail(error: KmipError): void {
    this.#end(error)
    this.#stream.close()
  }

  [Symbol.dispose](): void {
    this.fail(new KmipError('closed', 'the client has closed the connection'))
  }

  #enqueue(request: Bytes): void {
    this.#outgoing.push(request)
    if (this.#outgoing.length > 1) return
    void Promise.resolve().then(() => {
      const outgoing = this.#outgoing
      this.#outgoing = []
      if (this.#closed === undefined) this.#stream.write(concat(...outgoing))
    })
  }

  #receive(untrustedBytes: Bytes): void {
    if (this.#closed !== undefined) return
    const messages = this.#frames.push(untrustedBytes)
    if (!messages.ok) {
      this.fail(new KmipError('malformed', messages.refusal.detail))
      return
    }
    for (const message of messages.value) {
      const waiting = this.#waiting.shift()
      if (waiting === undefined) {
        this.fail(new KmipError('malformed', 'an answer came that nobody asked for'))
        return
      }
      waiting.timer?.cancel()
      waiting.settle?.resolve(message)
    }
  }

  #end(error: KmipError): void {
    if (this.#closed !== undefined) return
    this.#closed = error
    const abandoned = this.#waiting
    this.#waiting = []
    for (const { settle, timer } of abandoned) {
      timer?.cancel()
      settle?.reject(error)
    }
  }
}
