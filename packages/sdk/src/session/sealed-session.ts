/** One sealed session: requests in, answers out, paired by number (docs/protocol.md). */
import type { Envelope } from '@holdfast/base/authorisation'
import { type Bytes, fromBase64Url } from '@holdfast/base/bytes'
import { parseCbor, toCbor } from '@holdfast/base/cbor'
import { accept, attempt, type Refusal, type Result, refuse } from '@holdfast/base/errors'
import type { SessionId, WalletId } from '@holdfast/base/ids'
import { type NoiseChannel, startNoise } from '@holdfast/base/noise'
import { encodeSessionRequest, parseSessionAnswer, sessionPrologue } from '@holdfast/base/session'
import { sha256 } from '@noble/hashes/sha2.js'
import { primitives } from '../crypto/primitives.ts'
import { randomBytes } from '../entropy.ts'
import { sessionInFlightMax } from '../limits.ts'
import { refusalFrom, valueOf } from '../problem.ts'
import type { Enclave } from '../trust.ts'
import type { OpenChannel } from './channel.ts'
import { openingAnswer } from './opening-answer.ts'

export type SealedSession = {
  readonly id: SessionId
  readonly enclave: Enclave
  /** Noise §11.2: what `session.authenticate` binds a credential to. */
  readonly handshakeHash: Bytes
  /** Wallets that a credential was bound for, and until when. */
  readonly authenticated: Map<WalletId, number>
  /** False once the channel has gone; requests are then `unreachable`. */
  isOpen(): boolean
  /** The answer's JSON bytes, or the refusal. */
  request(envelope: Envelope, timeoutMs: number): Promise<Result<Bytes>>
  close(): void
}

/** Requests that wait for their answers; each ends exactly once. */
const waitingRequests = () => {
  const waiting = new Map<number, (result: Result<Bytes>) => void>()
  let ended: Refusal | undefined
  let release = (): void => undefined
  return {
    ended: () => ended,
    isFull: () => waiting.size >= sessionInFlightMax,
    /** Runs once, when the session ends; at once where it has ended. */
    whenEnded: (action: () => void): void => {
      if (ended === undefined) release = action
      else action()
    },
    end: (refusal: Refusal): void => {
      if (ended !== undefined) return
      ended = refusal
      for (const settle of waiting.values()) settle({ ok: false, refusal })
      release()
    },
    answer: (number: number, result: Result<Bytes>): void => {
      waiting.get(number)?.(result)
    },
    wait: (number: number, timeoutMs: number): Promise<Result<Bytes>> =>
      new Promise((resolve) => {
        const settle = (result: Result<Bytes>): void => {
          clearTimeout(timer)
          waiting.delete(number)
          resolve(result)
        }
        const late = refuse('unreachable', 'the node did not answer in time')
        const timer = setTimeout(() => settle(late), timeoutMs)
        waiting.set(number, settle)
      }),
  }
}

type OpenSession = {
  readonly enclave: Enclave
  readonly openChannel: OpenChannel
  readonly timeoutMs: number
}

/** The handshake by a channel; frames are given to `receive` once the session is open. */
const shakeHands = async (
  { enclave, openChannel, timeoutMs }: OpenSession,
  handlers: {
    readonly receive: (noise: NoiseChannel, untrustedFrame: Bytes) => void
    readonly closed: (refusal: Refusal) => void
  },
) => {
  const { identity } = enclave.verdict
  const prologue = sessionPrologue(sha256(enclave.evidence.identity))
  const started = valueOf(
    startNoise({
      primitives,
      prologue,
      ephemeralPrivateKey: randomBytes(32),
      responderPublicKey: fromBase64Url(identity.sealingPublicKey),
    }),
  )
  let noise: NoiseChannel | undefined
  const { channel, untrustedAnswer } = await openChannel(
    toCbor([identity.boot, prologue, started.message]),
    {
      frame: (untrustedFrame) => {
        if (noise !== undefined) handlers.receive(noise, untrustedFrame)
        else handlers.closed(refuse('malformed', 'a frame came before its session').refusal)
      },
      closed: handlers.closed,
    },
    { timeoutMs },
  )
  try {
    const [id, message] = parseCbor(openingAnswer, untrustedAnswer)
    noise = valueOf(started.finish(message)).channel
    return { id, channel, noise }
  } catch (error) {
    channel.close()
    throw error
  }
}

/**
 * Opens a session with a verified enclave. Throws a `RefusalError`: those of the node,
 * `unreachable`, `bad_seal` (the answer is not of that enclave).
 */
export const openSession = async (input: OpenSession): Promise<SealedSession> => {
  const requests = waitingRequests()
  const { id, channel, noise } = await shakeHands(input, {
    closed: requests.end,
    receive: ({ receive }, untrustedFrame) => {
      const opened = attempt(() => parseSessionAnswer(valueOf(receive.open(untrustedFrame))))
      if (!opened.ok) {
        requests.end(opened.refusal)
        return
      }
      const { number, status, body } = opened.value
      const refused = status >= 400
      requests.answer(
        number,
        refused ? { ok: false, refusal: refusalFrom(status, body) } : accept(body),
      )
    },
  })
  requests.whenEnded(() => {
    channel.close()
    noise[Symbol.dispose]()
  })
  let next = 0
  return {
    id,
    enclave: input.enclave,
    handshakeHash: noise.handshakeHash,
    authenticated: new Map(),
    isOpen: () => requests.ended() === undefined,
    request: async (envelope, timeoutMs) => {
      const ended = requests.ended()
      if (ended !== undefined) return { ok: false, refusal: ended }
      if (requests.isFull()) return refuse('limit_reached', 'too many requests wait')
      const number = next
      next += 1
      const sealed = noise.send.seal(encodeSessionRequest({ number, ...envelope }))
      if (!sealed.ok) return sealed
      const answer = requests.wait(number, timeoutMs)
      channel.send(sealed.value)
      return answer
    },
    close: () => requests.end(refuse('session_expired', 'the session was closed').refusal),
  }
}
