/** Asks for a part of the usage limits (KMIP 2.1 §6.1.23). */
import { longInteger } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const getUsageAllocation = operation(
  'GetUsageAllocation',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    usageLimitsCount: required('UsageLimitsCount', longInteger),
  },
  {
    uniqueIdentifier: theObject,
  },
)
