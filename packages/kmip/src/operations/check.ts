/** Asks whether an object may be used so (KMIP 2.1 §6.1.7). */
import { interval, longInteger, mask } from '../schema/primitives.ts'
import { optional } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const check = operation(
  'Check',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    usageLimitsCount: optional('UsageLimitsCount', longInteger),
    cryptographicUsageMask: optional('CryptographicUsageMask', mask('CryptographicUsageMask')),
    leaseTime: optional('LeaseTime', interval),
  },
  {
    uniqueIdentifier: theObject,
    usageLimitsCount: optional('UsageLimitsCount', longInteger),
    cryptographicUsageMask: optional('CryptographicUsageMask', mask('CryptographicUsageMask')),
    leaseTime: optional('LeaseTime', interval),
  },
)
