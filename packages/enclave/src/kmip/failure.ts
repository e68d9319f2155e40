/** A KMIP operation that fails, with its result reason; caught where its batch item is answered. */
import type { Refusal } from '@holdfast/base/errors'
import { type ResultReason, reasonOf } from '@holdfast/kmip'

export class KmipFailure extends Error {
  override readonly name = 'KmipFailure'
  readonly reason: ResultReason

  constructor(reason: ResultReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** Ends the operation: `failWith('ItemNotFound', 'no such object')`. */
export const failWith = (reason: ResultReason, message: string): never => {
  throw new KmipFailure(reason, message)
}

/** A refusal of a port as the reason that the table of errors gives it. */
export const failRefused = (refusal: Refusal): never => failWith(reasonOf(refusal), refusal.detail)
