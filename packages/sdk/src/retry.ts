/**
 * Whether the same bytes are sent again after a refusal, and to whom. Repeating them is safe: the
 * same bytes get the same answer (DESIGN §6, once).
 */
import type { ErrorCode } from '@holdfast/base/errors'
import { retryPauseMsFirst, retryPauseMsMax } from './limits.ts'

export type NextStep =
  /** The refusal is the answer. */
  | 'stop'
  /** Again to the same enclave, after a pause. */
  | 'again'
  /** Again by another node, after a pause. */
  | 'another-node'
  /** To an enclave that holds the wallet, at once. */
  | 'a-holder'
  /** By a new session, at once. */
  | 'new-session'

const steps: Partial<Readonly<Record<ErrorCode, NextStep>>> = {
  not_yet: 'again',
  pending: 'again',
  outcome_unknown: 'again',
  limit_reached: 'again',
  unreachable: 'another-node',
  not_ready: 'another-node',
  stale: 'another-node',
  time_unknown: 'another-node',
  not_counted: 'another-node',
  stale_zone: 'another-node',
  store_failed: 'another-node',
  internal: 'another-node',
  not_here: 'a-holder',
  behind: 'a-holder',
  unknown_session: 'new-session',
  session_expired: 'new-session',
  bad_seal: 'new-session',
  identity_expired: 'new-session',
}

/** Codes that are not in the table are final. */
export const nextStep = (code: ErrorCode): NextStep => steps[code] ?? 'stop'

/** Doubles from the first pause to the longest; `attempt` counts from 0. */
export const retryPauseMs = (attempt: number): number =>
  Math.min(retryPauseMsMax, retryPauseMsFirst * 2 ** Math.min(attempt, 10))
