/** One WebSocket: its first message opens a sealed session, every later one is a frame of it. */
import { type Refusal, type Result, refuse, toProblem } from '@holdfast/base/errors'
import type { SessionId } from '@holdfast/base/ids'
import type { Core } from '@holdfast/enclave/core/core-interface'
import type { RawData, WebSocket } from 'ws'
import {
  idleTimeoutMs,
  sessionOpeningBytesMax,
  socketBufferedBytesMax,
  socketBufferedBytesPause,
  socketCloseTimeoutMs,
  socketInFlightMax,
  socketOpeningTimeoutMs,
  socketPingAfterMs,
} from '../limits.ts'
import { callerOf } from './caller.ts'
import type { Caller, FairTurns } from './fair-turns.ts'
import { closeCodeOf } from './problem.ts'
import { encodeSessionOpened, parseSessionOpening } from './routes.ts'

export type SessionSocket = {
  /** Called every few seconds with monotonic milliseconds: cuts what is silent. */
  sweep(nowMs: number): void
  /** Called when what was written has left: reading goes on. */
  balance(): void
  close(): void
}

type Options = {
  readonly core: Pick<Core, 'openSession' | 'sessionFrame' | 'closeSession' | 'sessionCaller'>
  readonly turns: Pick<FairTurns, 'run' | 'start'>
  /** Of its address. */
  readonly stranger: Caller
  /** Called before writes: those of one turn leave together. */
  cork(): void
  onClose(): void
}

const bytesOf = (data: RawData): Uint8Array | undefined =>
  Buffer.isBuffer(data) ? new Uint8Array(data.buffer, data.byteOffset, data.length) : undefined

const fault = refuse('internal', 'this node met a fault')

type SocketState = {
  inFlight(): number
  ended(): boolean
  setEnded(): void
}

/** What is written, and how the reading slows down where the writing does. */
const createAnswers = (socket: WebSocket, options: Options, state: SocketState) => {
  const end = (refusal: Refusal): void => {
    if (state.ended()) return
    state.setEnded()
    options.cork()
    socket.send(JSON.stringify(toProblem(refusal)))
    socket.close(closeCodeOf(refusal), refusal.code)
  }
  const send = (answer: Result<Uint8Array>): void => {
    if (state.ended()) return
    if (!answer.ok) return end(answer.refusal)
    if (socket.bufferedAmount > socketBufferedBytesMax) return socket.terminate()
    options.cork()
    socket.send(answer.value, { binary: true })
  }
  const balance = (): void => {
    const full =
      state.inFlight() >= socketInFlightMax || socket.bufferedAmount > socketBufferedBytesPause
    if (full && !socket.isPaused) socket.pause()
    else if (!full && socket.isPaused) socket.resume()
  }
  return { end, send, balance }
}

const closeSoon = (socket: WebSocket): void => {
  socket.close(1001, 'stopping')
  // A peer that does not answer the closing handshake is not waited for.
  setTimeout(() => socket.terminate(), socketCloseTimeoutMs).unref()
}

/** Gives the frames of one session to the core, each in its turn. */
const createFrames = (
  { core, turns, stranger }: Options,
  answers: ReturnType<typeof createAnswers>,
  /** How many are under way, with this change of it. */
  count: (change: 1 | -1) => number,
) => {
  let caller = stranger
  const answerFrame = async (id: SessionId, untrusted: Uint8Array): Promise<void> => {
    const answer = await core.sessionFrame(id, untrusted).catch(() => fault)
    count(-1)
    // At once: the client opens answers in the order in which they were sealed.
    answers.send(answer)
    answers.balance()
  }
  return (id: SessionId, untrusted: Uint8Array): void => {
    const underWay = count(1)
    answers.balance()
    // Frames of one session wait in one place, which changes only where none does: the core is
    // given them in the order of their arrival, and opens each before its first await.
    if (underWay === 1) caller = callerOf(core, id, stranger)
    if (!turns.start(caller, () => answerFrame(id, untrusted))) {
      answers.end(refuse('limit_reached', 'too much of this caller waits already').refusal)
    }
  }
}

export const openSessionSocket = (socket: WebSocket, options: Options): SessionSocket => {
  const { core, turns, stranger } = options
  const openedAt = performance.now()
  let heardAt = openedAt
  let session: SessionId | undefined
  /** Frames that came behind the opening, before it was answered. */
  let early: Uint8Array[] | undefined
  let inFlight = 0
  let ended = false

  const answers = createAnswers(socket, options, {
    inFlight: () => inFlight,
    ended: () => ended,
    setEnded: () => {
      ended = true
    },
  })

  const { end, send, balance } = answers
  const frame = createFrames(options, answers, (change) => (inFlight += change))

  const openSession = async (untrusted: Uint8Array): Promise<void> => {
    early = []
    const parsed =
      untrusted.length > sessionOpeningBytesMax
        ? refuse('too_large', 'the opening is larger than the limit')
        : parseSessionOpening(untrusted)
    if (!parsed.ok) return end(parsed.refusal)
    const opened = await turns
      .run(stranger, () => core.openSession(parsed.value))
      .catch(() => fault)
    if (!opened.ok) return end(opened.refusal)
    if (ended || socket.readyState !== socket.OPEN) return core.closeSession(opened.value.session)
    session = opened.value.session
    send({ ok: true, value: encodeSessionOpened(opened.value) })
    for (const waiting of early) frame(session, waiting)
    early = undefined
  }

  socket.on('message', (data, isBinary) => {
    heardAt = performance.now()
    const untrusted = isBinary ? bytesOf(data) : undefined
    if (ended) return
    if (untrusted === undefined) end(refuse('malformed', 'frames are binary').refusal)
    else if (session !== undefined) frame(session, untrusted)
    else if (early === undefined) void openSession(untrusted)
    else if (early.length < socketInFlightMax) early.push(untrusted)
    else end(refuse('limit_reached', 'too many frames before the session was open').refusal)
  })
  socket.on('pong', () => {
    heardAt = performance.now()
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    ended = true
    if (session !== undefined) core.closeSession(session)
    options.onClose()
  })

  return {
    balance,
    sweep: (nowMs) => {
      balance()
      const unopened = session === undefined && nowMs - openedAt > socketOpeningTimeoutMs
      if (unopened || nowMs - heardAt > idleTimeoutMs) socket.terminate()
      else if (nowMs - heardAt > socketPingAfterMs && !ended) socket.ping()
    },
    close: () => closeSoon(socket),
  }
}
