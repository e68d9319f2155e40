/** Refusals as RFC 9457 problems, for every surface of HTTP. */
import { errorTable, type Refusal, toProblem } from '@holdfast/base/errors'

export const problemType = 'application/problem+json'

/** Seconds that a client waits before the same request may succeed. */
const retryAfterSeconds = 1

export type ProblemResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export const problemResponse = (refusal: Refusal): ProblemResponse => {
  const { status, retry } = errorTable[refusal.code]
  const waits = retry === 'later' && (status === 429 || status === 503)
  return {
    status,
    headers: {
      'content-type': problemType,
      ...(waits ? { 'retry-after': `${retryAfterSeconds}` } : {}),
    },
    body: JSON.stringify(toProblem(refusal)),
  }
}

/** The close code of a WebSocket that must refuse (docs/protocol.md). */
export const closeCodeOf = (refusal: Refusal): number =>
  4000 + errorTable[refusal.code].status - 400
