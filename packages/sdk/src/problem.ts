/** RFC 9457 problems of a node, as the refusals that they are. */
import { type Bytes } from '@holdfast/base/bytes'
import {
  attempt,
  type ErrorCode,
  errorTable,
  type Refusal,
  RefusalError,
  type Result,
} from '@holdfast/base/errors'
import { parseJson } from '@holdfast/base/schema'
import { z } from 'zod'

const problem = z.object({
  code: z.string().max(64),
  detail: z.string().max(1000).optional(),
  subject: z.string().max(1000).optional(),
})

const isCode = (code: string): code is ErrorCode => Object.hasOwn(errorTable, code)

/**
 * What a problem refuses. A node may be newer than this client: an unknown code becomes
 * `internal`, and so does an answer that is no problem at all (a proxy's error page).
 */
export const refusalFrom = (status: number, untrusted: Bytes): Refusal => {
  const parsed = attempt(() => parseJson(problem, untrusted))
  if (!parsed.ok) {
    const code = status === 429 ? 'limit_reached' : status >= 500 ? 'unreachable' : 'internal'
    return { code, detail: `the node answered HTTP ${status} without a problem` }
  }
  const { code, detail, subject } = parsed.value
  if (!isCode(code)) {
    return { code: 'internal', detail: 'the node answered a code that is unknown here' }
  }
  return {
    code,
    detail: detail ?? errorTable[code].title,
    ...(subject === undefined ? {} : { subject }),
  }
}

/** The value of a result; its refusal is thrown as a `RefusalError`. */
export const valueOf = <Value>(result: Result<Value>): Value => {
  if (result.ok) return result.value
  throw new RefusalError(result.refusal)
}
