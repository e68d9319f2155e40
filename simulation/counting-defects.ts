/** Deliberate defects of counting, as `defects.ts` has them of the rest. */
import { attempt } from '@holdfast/base/errors'
import { encodePeerAnswer, parsePeerRequest } from '@holdfast/enclave/replication/peers/messages'
import type { DefectHooks } from './defects.ts'
import { startsAtMs } from './zones.ts'

type Asked = ReturnType<typeof parsePeerRequest>
type Answer = Parameters<typeof encodePeerAnswer>[0]

/** Answers some questions in place of the zone that they were for, which never hears of them. */
const answering = (answerOf: (request: Asked) => Answer | undefined): DefectHooks => ({
  message: ({ kind, bytes }) => {
    const parsed = kind === 'question' ? attempt(() => parsePeerRequest(bytes)) : undefined
    const answer = parsed?.ok === true ? answerOf(parsed.value) : undefined
    return answer === undefined ? undefined : { type: 'answer', bytes: encodePeerAnswer(answer) }
  },
})

/** A share is given that nobody has counted as spent: credit before debit. */
export const generousGiver = (): DefectHooks =>
  answering((request) =>
    request.type === 'count.give' ? { ok: true, value: { amount: request.amount } } : undefined,
  )

/** The same, of guesses alone. */
export const generousGuesses = (): DefectHooks =>
  answering((request) =>
    request.type === 'count.give' && request.lengthMs === undefined
      ? { ok: true, value: { amount: request.amount } }
      : undefined,
  )

/** Nobody remembers what a zone is about to spend. */
export const forgetfulEndorser = (): DefectHooks =>
  answering((request) => {
    if (request.type === 'count.report') {
      return { ok: true, value: { own: [], yours: [], given: [], others: [], intents: 0 } }
    }
    if (request.type !== 'count.endorse') return undefined
    return { ok: true, value: { window: request.window, spent: request.spent } }
  })

/** All hosts say that it is hours later. */
export const hastyClocks = (): DefectHooks =>
  answering((request) =>
    request.type === 'time' ? { ok: true, value: { nowMs: startsAtMs + 36_000_000 } } : undefined,
  )

/** A zone gives its voice for an intent to whoever asks. */
export const agreeableVoter = (): DefectHooks =>
  answering((request) =>
    request.type === 'count.intent' ? { ok: true, value: { digest: request.digest } } : undefined,
  )
