/**
 * Set Endpoint Role (KMIP 2.1 §6.1.54): the role "for the server to apply". It is a server and
 * stays one: what it asks, Put and Notify, it asks between the answers (pushes/push-hub.ts).
 */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const setEndpointRole = handler('SetEndpointRole', (_scope, request) =>
  request.endpointRole === 'Server'
    ? { endpointRole: request.endpointRole }
    : failWith('FeatureNotSupported', 'this server does not become a client'),
)
