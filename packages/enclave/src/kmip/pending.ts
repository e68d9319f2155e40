/**
 * Asynchronous operations (KMIP 2.1 §9.2): what a client allows to take long is answered as
 * pending and done when it is polled, so that nothing runs without a request.
 */
import type { OperationName, RequestItem, RequestPayload, ResponseItem } from '@holdfast/kmip'
import { failWith } from './failure.ts'
import type { Scope } from './scope.ts'

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
  return {
    status: 'OperationPending',
    operation,
    uniqueBatchItemId: item.uniqueBatchItemId,
    asynchronousCorrelationValue,
  }
}

/** Poll and Process (KMIP 2.1 §6.1.38, §6.1.39): does what was pending, answers in its place. */
export const pollPending = async (
  scope: Scope,
  { asynchronousCorrelationValue: value }: RequestPayload<'Poll'>,
): Promise<ResponseItem> => {
  const pending = scope.memory.pending.take(value)
  if (pending === undefined) {
    return failWith('InvalidAsynchronousCorrelationValue', 'nothing is pending under this value')
  }
  scope.cleanUps.push(pending.wipe)
  return pending.run()
}
