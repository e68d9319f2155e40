/**
 * Asynchronous operations (KMIP 2.1 §9.2): what a client allows to take long is answered as
 * pending and done when it is polled, so that nothing runs without a request.
 */
import type { Bytes } from '@holdfast/base/bytes'
import type { OperationName, RequestItem, RequestPayload, ResponseItem } from '@holdfast/kmip'
import type { Scope } from './scope.ts'
import { pollWaitingSign } from './wallet-keys/waiting-sign.ts'

/** Operations that search or move objects: a client that allows it gets them asynchronously. */
const long: ReadonlySet<OperationName> = new Set(['Locate', 'Archive', 'Recover'])

/** Whether an operation is to be answered as pending. */
export const takesLong = (scope: Scope, item: RequestItem): boolean => {
  const indicator = scope.header.asynchronousIndicator
  if (indicator === 'Mandatory') return item.operation !== 'Poll' && item.operation !== 'Cancel'
  return indicator === 'Optional' && long.has(item.operation)
}

export const startPending = (
  scope: Scope,
  item: RequestItem,
  run: () => Promise<ResponseItem>,
): ResponseItem => {
  const asynchronousCorrelationValue = scope.entropy.bytes(16)
  const { operation } = item
  const wipe = (): void => scope.work.wipe()
  const pending = { run, wipe, operation, submittedMs: scope.nowMs }
  scope.memory.pending.set(asynchronousCorrelationValue, pending)
  return pendingAnswer(item, asynchronousCorrelationValue)
}

export const pendingAnswer = (
  { operation, uniqueBatchItemId }: RequestItem,
  asynchronousCorrelationValue: Bytes,
): ResponseItem => ({
  status: 'OperationPending',
  operation,
  uniqueBatchItemId,
  asynchronousCorrelationValue,
})

/** What waits for persons is polled by the value that names its request. */
const pollWaiting = async (scope: Scope, value: Bytes): Promise<ResponseItem> => {
  const answer = await pollWaitingSign(scope, value)
  if (answer === 'waiting') {
    return { status: 'OperationPending', operation: 'Sign', asynchronousCorrelationValue: value }
  }
  return { status: 'Success', operation: 'Sign', payload: answer }
}

/** Poll and Process (KMIP 2.1 §6.1.38, §6.1.39): does what was pending, answers in its place. */
export const pollPending = async (
  scope: Scope,
  { asynchronousCorrelationValue: value }: RequestPayload<'Poll'>,
): Promise<ResponseItem> => {
  const pending = scope.memory.pending.take(value)
  if (pending === undefined) return pollWaiting(scope, value)
  scope.cleanUps.push(pending.wipe)
  const answer = await pending.run()
  if (answer.status !== 'OperationPending') return answer
  // It came to wait for persons: the client goes on polling the value that it has.
  const { asynchronousCorrelationValue: inner } = answer
  const run = async (): Promise<ResponseItem> => pollWaiting(scope, inner)
  scope.memory.pending.set(value, { ...pending, run, waits: inner })
  return { ...answer, asynchronousCorrelationValue: value }
}
