/** Lists pending operations (KMIP 2.1 §6.1.41). */
import { bytes, dateTimeExtended, enumeration } from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'
import { operationsList } from '../structures/rights.ts'
import { operation } from './operation.ts'

/** KMIP 2.1 §7.1. */
const correlationValues = structure({
  asynchronousCorrelationValues: many('AsynchronousCorrelationValue', bytes),
})

/** KMIP 2.1 §7.2. */
const asynchronousRequest = structure({
  asynchronousCorrelationValue: required('AsynchronousCorrelationValue', bytes),
  operation: required('Operation', enumeration('Operation')),
  submissionDate: required('SubmissionDate', dateTimeExtended),
  processingStage: required('ProcessingStage', enumeration('ProcessingStage')),
})

export const queryAsynchronousRequests = operation(
  'QueryAsynchronousRequests',
  { since: '2.1' },
  {
    asynchronousCorrelationValues: optional('AsynchronousCorrelationValues', correlationValues),
    operations: optional('Operations', operationsList),
  },
  {
    asynchronousRequests: many('AsynchronousRequest', asynchronousRequest),
  },
)
