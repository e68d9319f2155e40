/** A KMIP operation that fails, with its result reason; caught where its batch item is answered. */
import type { Bytes } from '@holdfast/base/bytes'
import { type Refusal, RefusalError } from '@holdfast/base/errors'
import { type ResultReason, reasonOf } from '@holdfast/kmip'

export class KmipFailure extends Error {
  override readonly name = 'KmipFailure'
  readonly reason: ResultReason

  constructor(reason: ResultReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** An operation that waits for persons; answered as pending under a value to poll. */
export class KmipPending extends Error {
  override readonly name = 'KmipPending'
  readonly correlationValue: Bytes

  constructor(correlationValue: Bytes) {
    super('the operation waits')
    this.correlationValue = correlationValue
  }
}

/** Ends the operation: `failWith('ItemNotFound', 'no such object')`. */
export const failWith = (reason: ResultReason, message: string): never => {
  throw new KmipFailure(reason, message)
}

/**
 * A refusal of a port as the reason that the table of errors gives it. A conflict stays what it
 * is: the item is tried again from what is stored now.
 */
export const failRefused = (refusal: Refusal): never => {
  if (refusal.code === 'conflict') throw new RefusalError(refusal)
  return failWith(reasonOf(refusal), refusal.detail)
}
