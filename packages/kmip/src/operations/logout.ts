/** Gives a ticket back (KMIP 2.1 §6.1.31). */
import { required } from '../schema/structure.ts'
import { ticket } from '../structures/credential.ts'
import { operation } from './operation.ts'

export const logout = operation(
  'Logout',
  { since: '2.0' },
  {
    ticket: required('Ticket', ticket),
  },
  {},
)
