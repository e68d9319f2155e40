/** Tickets in a request's header (KMIP 2.1 §9.11): each must be of this tenant and in force. */
import { failWith } from './failure.ts'
import type { Scope } from './scope.ts'

export const checkTickets = (scope: Scope): void => {
  for (const credential of scope.header.authentication?.credentials ?? []) {
    if (credential.credentialType !== 'Ticket') continue
    const value = credential.credentialValue.ticket.ticketValue
    const ticket = scope.memory.tickets.get(value)
    const isGone = ticket === undefined || ticket.expiresMs <= scope.nowMs || ticket.requests === 0
    if (isGone) failWith('InvalidTicket', 'the ticket is not in force')
    else if (ticket.requests !== undefined) ticket.requests -= 1
  }
}
