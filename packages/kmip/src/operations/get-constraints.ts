/** Asks what new objects must conform to (KMIP 2.1 §6.1.22). */
import { required } from '../schema/structure.ts'
import { constraints } from '../structures/rights.ts'
import { operation } from './operation.ts'

export const getConstraints = operation(
  'GetConstraints',
  { since: '2.1' },
  {},
  {
    constraints: required('Constraints', constraints),
  },
)
