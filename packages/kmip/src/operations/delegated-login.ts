/** Gets a ticket with fewer rights for someone else (KMIP 2.1 §6.1.12). */
import { integer, interval } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { ticket } from '../structures/credential.ts'
import { usageLimits } from '../structures/lifecycle.ts'
import { rights } from '../structures/rights.ts'
import { operation } from './operation.ts'

export const delegatedLogin = operation(
  'DelegatedLogin',
  { since: '2.0' },
  {
    leaseTime: optional('LeaseTime', interval),
    requestCount: optional('RequestCount', integer),
    usageLimits: optional('UsageLimits', usageLimits),
    rights: required('Rights', rights),
  },
  {
    ticket: required('Ticket', ticket),
  },
)
