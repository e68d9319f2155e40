/** Why a call has no answer, or an answer that is no success. */
import type { Bytes } from '@holdfast/base/bytes'
import type { OperationName } from '../operations/operation.ts'
import type { ResultReason } from '../reasons.ts'

/**
 * - `failed`: the server refused; `reason` says why.
 * - `pending`: the server goes on; poll with `asynchronousCorrelationValue`.
 * - `undone`, `not_done`: another item of the batch failed.
 * - `timeout`: no answer in time; whether it was done is unknown.
 * - `closed`: the connection ended first; whether it was done is unknown.
 * - `malformed`: the answer is not one to the request; the connection was closed.
 * - `invalid`: the request cannot be said in this version; nothing was sent.
 * - `busy`: too many requests are in flight; nothing was sent.
 */
export type KmipErrorKind =
  | 'failed'
  | 'pending'
  | 'undone'
  | 'not_done'
  | 'timeout'
  | 'closed'
  | 'malformed'
  | 'invalid'
  | 'busy'

export type KmipErrorDetails = {
  readonly operation?: OperationName | undefined
  readonly reason?: ResultReason | number | undefined
  readonly asynchronousCorrelationValue?: Bytes | undefined
}

export class KmipError extends Error {
  override readonly name = 'KmipError'
  readonly kind: KmipErrorKind
  readonly operation: OperationName | undefined
  /** Why the server refused; a vendor's own reason is a number. */
  readonly reason: ResultReason | number | undefined
  readonly asynchronousCorrelationValue: Bytes | undefined

  constructor(kind: KmipErrorKind, message: string, details: KmipErrorDetails = {}) {
    super(message)
    this.kind = kind
    this.operation = details.operation
    this.reason = details.reason
    this.asynchronousCorrelationValue = details.asynchronousCorrelationValue
  }
}
