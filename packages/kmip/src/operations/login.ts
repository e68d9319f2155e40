/** Gets a ticket for later requests (KMIP 2.1 §6.1.30). */
import { required } from '../schema/structure.ts'
import { ticket } from '../structures/credential.ts'
import { ticketLimits } from './fields.ts'
import { operation } from './operation.ts'

export const login = operation(
  'Login',
  { since: '2.0' },
  {
    ...ticketLimits,
  },
  {
    ticket: required('Ticket', ticket),
  },
)
