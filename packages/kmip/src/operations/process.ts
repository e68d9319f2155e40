/** Waits for a pending operation to end (KMIP 2.1 §6.1.39). */
import { bytes } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const process = operation(
  'Process',
  { since: '2.1' },
  {
    asynchronousCorrelationValue: required('AsynchronousCorrelationValue', bytes),
  },
  {},
)
