/** Cancel (KMIP 2.1 §6.1.5). */
import { handler } from '../scope.ts'
import { cancelWaitingSign } from '../wallet-keys/waiting-sign.ts'

export const cancel = handler('Cancel', async (scope, request) => {
  const value = request.asynchronousCorrelationValue
  const pending = scope.memory.pending.take(value)
  const waits = pending === undefined ? value : pending.waits
  const cancellationResult =
    waits === undefined ? 'Canceled' : await cancelWaitingSign(scope, waits)
  return { asynchronousCorrelationValue: value, cancellationResult }
})
