/** Gets a ticket with fewer rights for someone else (KMIP 2.1 §6.1.12). */
import { required } from '../schema/structure.ts'
import { ticket } from '../structures/credential.ts'
import { rights } from '../structures/rights.ts'
import { ticketLimits } from './fields.ts'
import { operation } from './operation.ts'

export const delegatedLogin = operation(
  'DelegatedLogin',
  { since: '2.0' },
  {
    ...ticketLimits,
    rights: required('Rights', rights),
  },
  {
    ticket: required('Ticket', ticket),
  },
)
