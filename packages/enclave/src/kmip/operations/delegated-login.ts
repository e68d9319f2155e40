/** Delegated Login (KMIP 2.1 §6.1.12): a ticket that allows what its rights say, and no more. */
import { failWith } from '../failure.ts'
import { ticketRightsMax } from '../limits.ts'
import { handler } from '../scope.ts'
import { holdRights } from '../ticket-rights.ts'
import { issueTicket } from './login.ts'

export const delegatedLogin = handler('DelegatedLogin', (scope, request) => {
  const rights = request.rights.rights ?? []
  if (rights.length === 0) failWith('InvalidField', 'a ticket without rights allows nothing')
  if (rights.length > ticketRightsMax) failWith('InvalidField', 'too many rights')
  if (scope.allowed !== undefined) {
    failWith('PermissionDenied', 'who has a ticket gives out none')
  }
  return issueTicket(scope, request, holdRights(rights))
})
