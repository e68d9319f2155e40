/** Turns the roles of client and server around (KMIP 2.1 §6.1.54). */
import { enumeration } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const setEndpointRole = operation(
  'SetEndpointRole',
  { since: '2.0' },
  {
    endpointRole: required('EndpointRole', enumeration('EndpointRole')),
  },
  {
    endpointRole: required('EndpointRole', enumeration('EndpointRole')),
  },
)
