/** Query Asynchronous Requests (KMIP 2.1 §6.1.41): what of the tenant is pending at this node. */
import { equalBytes } from '@holdfast/base/bytes'
import { handler } from '../scope.ts'

export const queryAsynchronousRequests = handler('QueryAsynchronousRequests', (scope, request) => {
  const values = request.asynchronousCorrelationValues?.asynchronousCorrelationValues
  const operations = request.operations?.operations
  const pending = [...scope.memory.pending.entries()].filter(
    ([key, { operation }]) =>
      (values === undefined || values.some((value) => equalBytes(value, key))) &&
      (operations === undefined || operations.includes(operation)),
  )
  return {
    asynchronousRequests: pending.map(([asynchronousCorrelationValue, one]) => ({
      asynchronousCorrelationValue,
      operation: one.operation,
      submissionDate: BigInt(one.submittedMs) * 1000n,
      processingStage: one.waits === undefined ? ('Submitted' as const) : ('InProcess' as const),
    })),
  }
})
