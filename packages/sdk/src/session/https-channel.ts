/**
 * Frames of a sealed session as HTTPS requests, one at a time: their counters are implicit, so
 * that a frame may leave only when the one before has been answered.
 */
import type { Bytes } from '@holdfast/base/bytes'
import { parseCbor } from '@holdfast/base/cbor'
import { RefusalError } from '@holdfast/base/errors'
import { requestTimeoutMs } from '../limits.ts'
import { refusalFrom } from '../problem.ts'
import { refusalOf, type Transport } from '../transport.ts'
import type { OpenChannel } from './channel.ts'
import { openingAnswer } from './opening-answer.ts'

export const httpsChannel =
  (transport: Transport, origin: string): OpenChannel =>
  async (opening, handlers, { timeoutMs }) => {
    const post = async (path: string, body: Bytes, contentType: string, ms: number) => {
      const url = `${origin}${path}`
      const answer = await transport.http({ method: 'POST', url, body, contentType, timeoutMs: ms })
      if (answer.status === 200) return answer.body
      throw new RefusalError(refusalFrom(answer.status, answer.body))
    }
    const untrustedAnswer = await post('/v1/sessions', opening, 'application/cbor', timeoutMs)
    const [session] = parseCbor(openingAnswer, untrustedAnswer)
    const path = `/v1/sessions/${session}`
    let open = true
    let last: Promise<void> = Promise.resolve()
    const exchange = async (frame: Bytes): Promise<void> => {
      if (!open) return
      try {
        handlers.frame(await post(path, frame, 'application/octet-stream', requestTimeoutMs))
      } catch (error) {
        open = false
        handlers.closed(refusalOf(error))
      }
    }
    return {
      untrustedAnswer,
      channel: {
        send: (frame) => {
          last = last.then(() => exchange(frame))
        },
        close: () => {
          const wasOpen = open
          open = false
          if (!wasOpen) return
          const url = `${origin}${path}`
          transport.http({ method: 'DELETE', url, timeoutMs }).catch(() => undefined)
        },
      },
    }
  }
