/**
 * Requests and their answers on one stream: answers come in the order of the requests, so that
 * many may be in flight. Requests of one turn leave in one write. Requests of the server come in
 * between, where the client takes them; they are answered one after the other.
 */
import { type Bytes, concat } from '@holdfast/base/bytes'
import { answerBytesMax, requestsInFlightMax, serverRequestsMax } from '../limits.ts'
import { FrameReader, isRequestMessage } from '../ttlv/frames.ts'
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

/** Answers a message of the server; without one, none is expected. */
export type AnswerServer = (untrusted: Bytes) => Promise<Bytes>

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
  readonly #answer: AnswerServer | undefined
  readonly #asked: Bytes[] = []
  #answering = false

  constructor(stream: ByteStream, options: PipelineOptions, answer?: AnswerServer) {
    this.#stream = stream
    this.#options = options
    this.#answer = answer
    this.#frames = new FrameReader({
      expect: answer === undefined ? 'ResponseMessage' : 'Message',
      messageBytesMax: options.messageBytesMax ?? answerBytesMax,
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
      if (isRequestMessage(message)) {
        this.#takeRequest(message)
        continue
      }
      const waiting = this.#waiting.shift()
      if (waiting === undefined) {
        this.fail(new KmipError('malformed', 'an answer came that nobody asked for'))
        return
      }
      waiting.timer?.cancel()
      waiting.settle?.resolve(message)
    }
  }

  #takeRequest(untrusted: Bytes): void {
    if (this.#asked.length >= serverRequestsMax) {
      this.fail(new KmipError('malformed', 'the server asks more than is answered'))
      return
    }
    this.#asked.push(untrusted)
    if (!this.#answering) void this.#answerAll()
  }

  async #answerAll(): Promise<void> {
    this.#answering = true
    for (let next = this.#asked.shift(); next !== undefined; next = this.#asked.shift()) {
      try {
        const answer = await this.#answer?.(next)
        if (answer !== undefined && this.#closed === undefined) this.#enqueue(answer)
      } catch (error) {
        const own = error instanceof KmipError
        this.fail(own ? error : new KmipError('malformed', 'the server cannot be answered'))
      }
    }
    this.#answering = false
  }

  #end(error: KmipError): void {
    if (this.#closed !== undefined) return
    this.#closed = error
    this.#asked.length = 0
    const abandoned = this.#waiting
    this.#waiting = []
    for (const { settle, timer } of abandoned) {
      timer?.cancel()
      settle?.reject(error)
    }
  }
}
