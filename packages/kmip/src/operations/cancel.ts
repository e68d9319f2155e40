/** Gives up a pending operation (KMIP 2.1 §6.1.5). */
import { bytes, enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const cancel = operation(
  'Cancel',
  { since: '1.0' },
  {
    asynchronousCorrelationValue: required('AsynchronousCorrelationValue', bytes),
  },
  {
    asynchronousCorrelationValue: required('AsynchronousCorrelationValue', bytes),
    cancellationResult: required('CancellationResult', enumeration('CancellationResult')),
  },
)
