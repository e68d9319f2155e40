/**
 * Set Endpoint Role (KMIP 2.1 §6.1.54): the role "for the server to apply". It is a server and
 * stays one: it sends no Put and no Notify, so that as a client it would have nothing to ask.
 */
import { failWith } from '../failure.ts'
import { handler } from '../scope.ts'

export const setEndpointRole = handler('SetEndpointRole', (_scope, request) =>
  request.endpointRole === 'Server'
    ? { endpointRole: request.endpointRole }
    : failWith('FeatureNotSupported', 'this server does not become a client'),
)
