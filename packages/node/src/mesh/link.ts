/** One link to a verified peer: questions and answers, multiplexed, bounded and timed. */
import type { TLSSocket } from 'node:tls'
import type { Bytes } from '@holdfast/base/bytes'
import { accept, RefusalError, type Result, refuse } from '@holdfast/base/errors'
import {
  linkBufferedBytesMax,
  linkServedInFlightMax,
  meshFrameTimeoutMs,
  meshHeartbeatMs,
  meshRequestsInFlightMax,
  meshSilenceMs,
} from '../limits.ts'
import {
  createFrameReader,
  encodeFrame,
  type Frame,
  type FrameType,
  meshPayloadBytesMax,
  noPayload,
} from './frame.ts'

export type LinkOptions = {
  /** Answers a question of the peer; rejects with `limit_reached` where too much waits. */
  serve(question: Bytes): Promise<Bytes>
  /** The first answer came: the peer has verified this node too. */
  onUp(): void
  /** Once, with a reason of our own words. */
  onClose(reason: string): void
  /** Monotonic milliseconds. */
  nowMs(): number
}

export type Link = {
  /** Smoothed round trip (RFC 6298 §2.3); undefined before the first. */
  roundTripMs(): number | undefined
  ask(message: Bytes, options: { readonly timeoutMs: number }): Promise<Result<Bytes>>
  close(reason: string): void
}

type Pending = {
  readonly settle: (answer: Result<Bytes>) => void
  readonly timer: NodeJS.Timeout
}

/** Writes of one turn leave together: one system call and few TLS records. */
const createWriter = (socket: TLSSocket) => {
  let corked = false
  return (frame: Frame): void => {
    if (socket.destroyed) return
    if (!corked) {
      corked = true
      socket.cork()
      setImmediate(() => {
        corked = false
        socket.uncork()
      })
    }
    for (const buffer of encodeFrame(frame)) socket.write(buffer)
  }
}

/** Questions asked, by number. */
const createQuestions = (write: (frame: Frame) => void) => {
  const pending = new Map<number, Pending>()
  let counter = 0
  const settle = (number: number, answer: Result<Bytes>): void => {
    const question = pending.get(number)
    // An answer that came too late, or to nothing.
    if (question === undefined) return
    pending.delete(number)
    clearTimeout(question.timer)
    question.settle(answer)
  }
  return {
    settle,
    settleAll: (answer: Result<Bytes>): void => {
      for (const number of pending.keys()) settle(number, answer)
    },
    ask: (payload: Bytes, timeoutMs: number): Promise<Result<Bytes>> => {
      if (pending.size >= meshRequestsInFlightMax) {
        return Promise.resolve(refuse('limit_reached', 'too many questions wait on this link'))
      }
      do counter = (counter + 1) >>> 0
      while (pending.has(counter))
      const number = counter
      return new Promise((resolve) => {
        const late = refuse('unreachable', 'the peer did not answer in time')
        const timer = setTimeout(() => settle(number, late), timeoutMs)
        pending.set(number, { settle: resolve, timer })
        write({ type: 'ask', number, payload })
      })
    },
  }
}

/** Round trips of pings, and the silence of the other side. */
const createHeartbeat = (
  write: (frame: Frame) => void,
  options: LinkOptions & { readonly partial: () => boolean; readonly close: (r: string) => void },
) => {
  const startedAt = options.nowMs()
  let smoothedMs: number | undefined
  let ping = 0
  let sentAt: number | undefined
  let heardAt = startedAt
  let frameEndedAt = startedAt
  const beat = (): void => {
    const now = options.nowMs()
    if (!options.partial()) frameEndedAt = now
    if (now - heardAt > meshSilenceMs) options.close('the peer is silent')
    else if (now - frameEndedAt > meshFrameTimeoutMs) options.close('a frame took too long')
    else if (sentAt === undefined) {
      ping = (ping + 1) >>> 0
      sentAt = now
      write({ type: 'ping', number: ping, payload: noPayload })
    }
  }
  beat()
  const timer = setInterval(beat, meshHeartbeatMs)
  return {
    heard: (frameEnded: boolean): void => {
      heardAt = options.nowMs()
      if (frameEnded) frameEndedAt = heardAt
    },
    pong: (number: number): void => {
      if (sentAt === undefined || number !== ping) return
      const sample = options.nowMs() - sentAt
      sentAt = undefined
      const first = smoothedMs === undefined
      smoothedMs = smoothedMs === undefined ? sample : smoothedMs + (sample - smoothedMs) / 8
      if (first) options.onUp()
    },
    roundTripMs: (): number | undefined => smoothedMs,
    stop: (): void => clearInterval(timer),
  }
}

/** Takes over a socket whose peer is verified: nothing was read from it or written to it before. */
export const openLink = (socket: TLSSocket, options: LinkOptions): Link => {
  const reader = createFrameReader()
  const write = createWriter(socket)
  const questions = createQuestions(write)
  let serving = 0
  let closed = false

  const close = (reason: string): void => {
    if (closed) return
    closed = true
    heartbeat.stop()
    socket.destroy()
    questions.settleAll(refuse('unreachable', 'the link broke before the answer'))
    options.onClose(reason)
  }
  const heartbeat = createHeartbeat(write, {
    ...options,
    partial: () => reader.partial(),
    close,
  })

  const serve = async ({ number, payload }: Frame): Promise<void> => {
    const reply = (type: FrameType, answer = noPayload): void =>
      write({ type, number, payload: answer })
    if (serving >= linkServedInFlightMax) return reply('busy')
    serving += 1
    try {
      const answer = await options.serve(payload)
      if (answer.length > meshPayloadBytesMax) reply('failed')
      else reply('answer', answer)
    } catch (error) {
      const isBusy = error instanceof RefusalError && error.refusal.code === 'limit_reached'
      reply(isBusy ? 'busy' : 'failed')
    } finally {
      serving -= 1
    }
  }

  const actions: Readonly<Record<FrameType, (frame: Frame) => void>> = {
    ask: (frame) => void serve(frame),
    answer: ({ number, payload }) => questions.settle(number, accept(payload)),
    ping: ({ number }) => write({ type: 'pong', number, payload: noPayload }),
    pong: ({ number }) => heartbeat.pong(number),
    busy: ({ number }) => questions.settle(number, refuse('limit_reached', 'the peer is busy')),
    failed: ({ number }) => questions.settle(number, refuse('internal', 'the peer met a fault')),
  }

  socket.on('data', (part: Buffer) => {
    try {
      const frames = reader.push(part)
      heartbeat.heard(frames.length > 0)
      for (const frame of frames) actions[frame.type](frame)
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      close(`the peer broke the protocol: ${error.refusal.code}`)
    }
    // A peer that asks and does not read is not read from either.
    if (socket.writableLength > linkBufferedBytesMax) socket.pause()
  })
  socket.on('drain', () => socket.resume())
  socket.on('error', () => close('the connection failed'))
  socket.on('close', () => close('the connection ended'))
  socket.on('end', () => close('the peer ended the connection'))

  return {
    roundTripMs: heartbeat.roundTripMs,
    close,
    ask: async (message, { timeoutMs }) => {
      if (closed) return refuse('unreachable', 'the link is down')
      if (message.length > meshPayloadBytesMax) return refuse('too_large', 'larger than a frame')
      if (socket.writableLength > linkBufferedBytesMax) {
        return refuse('limit_reached', 'the peer does not read')
      }
      return questions.ask(message, timeoutMs)
    },
  }
}
