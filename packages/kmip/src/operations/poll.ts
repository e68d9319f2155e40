/** Asks for the answer to a pending operation (KMIP 2.1 §6.1.38). */
import { bytes } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const poll = operation(
  'Poll',
  { since: '1.0' },
  {
    asynchronousCorrelationValue: required('AsynchronousCorrelationValue', bytes),
  },
  {},
)
