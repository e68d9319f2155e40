/** Cancel (KMIP 2.1 §6.1.5). */
import { handler } from '../scope.ts'

export const cancel = handler('Cancel', (scope, request) => {
  const value = request.asynchronousCorrelationValue
  const pending = scope.memory.pending.take(value)
  return {
    asynchronousCorrelationValue: value,
    cancellationResult: pending === undefined ? 'Unavailable' : 'Canceled',
  }
})
