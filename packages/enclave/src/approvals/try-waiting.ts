/** Judges a request that waits by what is known now, and keeps what became of it. */
import { utf8 } from '@holdfast/base/bytes'
import { accept, type ErrorCode, errorTable, type Result, refuse } from '@holdfast/base/errors'
import type { CoreContext } from '../core/context.ts'
import { callOf } from './call-of.ts'
import type { WaitEntry } from './wait-entry.ts'
import { runWaitable } from './waitable.ts'

/** What may be otherwise later; a change whose wallet changed since is not among it. */
const mayPass = (code: ErrorCode): boolean =>
  code === 'quorum_not_met' ||
  code === 'frozen' ||
  (errorTable[code].retry !== 'never' && code !== 'conflict')

export type Tried = { readonly entry: WaitEntry; readonly result: Result<object> }

/** Stores an outcome; what only waits on stays as it is stored. Refuses as `WaitTable.put`. */
export const tryWaiting = async (
  context: CoreContext,
  entry: WaitEntry,
): Promise<Result<Tried>> => {
  const result = await runWaitable(context, callOf(context, entry))
  if (!result.ok && mayPass(result.refusal.code)) return accept({ entry, result })
  // With the first approvals, no rule may count anybody yet.
  if (
    !result.ok &&
    result.refusal.code === 'policy_denied' &&
    result.refusal.subject === undefined
  ) {
    return accept({ entry, result: refuse('quorum_not_met', 'nobody whom a rule counts approved') })
  }
  const next: WaitEntry = result.ok
    ? { ...entry, state: 'done', answer: utf8(JSON.stringify(result.value)) }
    : { ...entry, state: 'failed', code: result.refusal.code }
  const stored = await context.waits.put(next, entry)
  return stored.ok ? accept({ entry: next, result }) : stored
}
