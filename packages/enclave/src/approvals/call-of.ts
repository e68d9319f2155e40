/** A request that waits as the call that it was, with what was approved since. */
import { rereadRequest } from '@holdfast/base/requests/request'
import type { CoreContext } from '../core/context.ts'
import { requestTimeoutMs } from '../limits.ts'
import type { AnyCall } from '../operations/call.ts'
import type { WaitEntry } from './wait-entry.ts'
import { isWaitable, type Waitable } from './waitable.ts'

export type WaitedCall = AnyCall & { readonly request: { readonly operation: Waitable } }

/** An enrolment's own proofs are among the authorisations, as they were sent. */
export const callOf = (context: CoreContext, entry: WaitEntry): WaitedCall => {
  const request = rereadRequest(entry.bytes)
  if (!isWaitable(request.operation)) throw new Error('a request waits that may not')
  return {
    bytes: entry.bytes,
    request: request as WaitedCall['request'],
    authorisations: entry.authorisations,
    ...(entry.certificate === undefined ? {} : { certificate: entry.certificate }),
    waited: { approvals: entry.approved.flatMap(({ proof }) => proof ?? []) },
    deadlineMs: context.clock.nowMs() + requestTimeoutMs,
  }
}
