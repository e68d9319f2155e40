/** Login (KMIP 2.1 §6.1.30): a ticket for requests of the same tenant, in this node's memory. */
import type { RequestPayload } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { ticketSecondsMax } from '../limits.ts'
import { handler, type Scope } from '../scope.ts'
import type { HeldRight } from '../ticket-rights.ts'

export const issueTicket = (
  scope: Scope,
  request: Pick<RequestPayload<'Login'>, 'leaseTime' | 'requestCount' | 'usageLimits'>,
  rights?: readonly HeldRight[],
) => {
  if (request.usageLimits !== undefined) {
    failWith('FeatureNotSupported', 'a ticket is limited by requests, and its rights')
  }
  const ticketValue = scope.entropy.bytes(32)
  const seconds = Math.min(Number(request.leaseTime ?? ticketSecondsMax), ticketSecondsMax)
  scope.memory.tickets.set(ticketValue, {
    expiresMs: scope.nowMs + seconds * 1000,
    requests: request.requestCount,
    ...(rights === undefined ? {} : { rights }),
  })
  return { ticket: { ticketType: 'Login', ticketValue } } as const
}

export const login = handler('Login', (scope, request) => {
  // Otherwise a ticket with few rights would buy one with all.
  if (scope.allowed !== undefined) failWith('PermissionDenied', 'who has a ticket gets no other')
  return issueTicket(scope, request)
})
