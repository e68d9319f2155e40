/** Frames of a sealed session as WebSocket messages (docs/protocol.md). */
import { type Bytes, utf8 } from '@holdfast/base/bytes'
import { type Refusal, RefusalError, refuse } from '@holdfast/base/errors'
import { refusalFrom } from '../problem.ts'
import { type Transport, unreachable } from '../transport.ts'
import type { OpenChannel } from './channel.ts'

/** `https` → `wss`, `http` → `ws`. */
const socketUrl = (origin: string): string => `${origin.replace(/^http/, 'ws')}/v1/session`

export const webSocketChannel =
  (transport: Transport, origin: string): OpenChannel =>
  async (opening, handlers, { timeoutMs }) => {
    let refused: Refusal | undefined
    let answered = false
    let closing = false
    const first = Promise.withResolvers<Bytes>()
    const end = (refusal: Refusal): void => {
      if (!answered) first.reject(new RefusalError(refusal))
      else if (!closing) handlers.closed(refusal)
      closing = true
    }
    const socket = await transport.webSocket(
      socketUrl(origin),
      {
        message: (data) => {
          if (typeof data === 'string') refused = refusalFrom(400, utf8(data))
          else if (answered) handlers.frame(data)
          else {
            answered = true
            first.resolve(data)
          }
        },
        closed: (reason) => end(refused ?? refuse('unreachable', reason).refusal),
      },
      { timeoutMs },
    )
    const close = (): void => {
      closing = true
      socket.close()
    }
    const timer = setTimeout(() => {
      first.reject(unreachable('the node does not answer the opening of a session'))
      close()
    }, timeoutMs)
    try {
      socket.send(opening)
      const untrustedAnswer = await first.promise
      return { untrustedAnswer, channel: { send: (frame) => socket.send(frame), close } }
    } finally {
      clearTimeout(timer)
    }
  }
