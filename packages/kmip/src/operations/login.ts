/** Gets a ticket for later requests (KMIP 2.1 §6.1.30). */
import { integer, interval } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { ticket } from '../structures/credential.ts'
import { usageLimits } from '../structures/lifecycle.ts'
import { operation } from './operation.ts'

export const login = operation(
  'Login',
  { since: '2.0' },
  {
    leaseTime: optional('LeaseTime', interval),
    requestCount: optional('RequestCount', integer),
    usageLimits: optional('UsageLimits', usageLimits),
  },
  {
    ticket: required('Ticket', ticket),
  },
)
