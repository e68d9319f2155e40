/**
 * Tickets in a request's header (KMIP 2.1 §9.11): each must be of this tenant and in force, and
 * allow what is asked.
 */
import type { OperationName } from '@holdfast/kmip'
import { failWith } from './failure.ts'
import type { Scope } from './scope.ts'
import { type Allowed, useRights } from './ticket-rights.ts'

/** What the tickets allow together; undefined where none restricts anything. */
export const checkTickets = (scope: Scope, operation: OperationName): Allowed | undefined => {
  const all: Allowed[] = []
  for (const credential of scope.header.authentication?.credentials ?? []) {
    if (credential.credentialType !== 'Ticket') continue
    const value = credential.credentialValue.ticket.ticketValue
    const ticket = scope.memory.tickets.get(value)
    const isGone = ticket === undefined || ticket.expiresMs <= scope.nowMs || ticket.requests === 0
    if (isGone) return failWith('InvalidTicket', 'the ticket is not in force')
    if (ticket.requests !== undefined) ticket.requests -= 1
    if (ticket.rights !== undefined) all.push(useRights(ticket.rights, operation))
  }
  if (all.length === 0) return undefined
  return {
    touches: (object) => all.every((one) => one.touches(object)),
    makes: all.every((one) => one.makes),
  }
}
