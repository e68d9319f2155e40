/** Set Endpoint Role (KMIP 2.1 §6.1.54): this side stays the server. */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const setEndpointRole = handler('SetEndpointRole', (_scope, request) =>
  request.endpointRole === 'Client'
    ? { endpointRole: request.endpointRole }
    : failWith('FeatureNotSupported', 'this server does not become a client'),
)
