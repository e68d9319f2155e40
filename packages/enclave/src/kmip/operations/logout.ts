/** Logout (KMIP 2.1 §6.1.31). */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const logout = handler('Logout', (scope, request) => {
  const ticket = scope.memory.tickets.take(request.ticket.ticketValue)
  if (ticket === undefined) failWith('InvalidTicket', 'there is no such ticket')
  return {}
})
