/** Login (KMIP 2.1 §6.1.30): a ticket for requests of the same tenant, in this node's memory. */
import type { RequestPayload } from '@holdfast/kmip'
import { ticketSecondsMax } from '../limits.ts'
import { handler, type Scope } from '../scope.ts'

export const issueTicket = (
  scope: Scope,
  request: Pick<RequestPayload<'Login'>, 'leaseTime' | 'requestCount'>,
) => {
  const ticketValue = scope.entropy.bytes(32)
  const seconds = Math.min(Number(request.leaseTime ?? ticketSecondsMax), ticketSecondsMax)
  scope.memory.tickets.set(ticketValue, {
    expiresMs: scope.nowMs + seconds * 1000,
    requests: request.requestCount,
  })
  return { ticket: { ticketType: 'Login', ticketValue } } as const
}

export const login = handler('Login', issueTicket)
