/** Asks what a server can do (KMIP 2.1 §6.1.40). */
import { enumeration, text } from '../schema/primitives.ts'
import { many, optional, some } from '../schema/structure.ts'
import { rngParameters } from '../structures/random.ts'
import { protectionStorageMasks } from '../structures/rights.ts'
import {
  capabilityInformation,
  defaultsInformation,
  extensionInformation,
  objectGroups,
  profileInformation,
  serverInformation,
  validationInformation,
} from '../structures/server.ts'
import { operation } from './operation.ts'

export const query = operation(
  'Query',
  { since: '1.0' },
  {
    queryFunctions: some('QueryFunction', enumeration('QueryFunction')),
    objectGroups: optional('ObjectGroups', objectGroups, { since: '2.1' }),
  },
  {
    operations: many('Operation', enumeration('Operation')),
    objectTypes: many('ObjectType', enumeration('ObjectType')),
    vendorIdentification: optional('VendorIdentification', text),
    serverInformation: optional('ServerInformation', serverInformation),
    applicationNamespaces: many('ApplicationNamespace', text),
    extensionInformation: many('ExtensionInformation', extensionInformation, { since: '1.1' }),
    attestationTypes: many('AttestationType', enumeration('AttestationType'), { since: '1.2' }),
    rngParameters: many('RNGParameters', rngParameters, { since: '1.3' }),
    profileInformation: many('ProfileInformation', profileInformation, { since: '1.3' }),
    validationInformation: many('ValidationInformation', validationInformation, { since: '1.3' }),
    capabilityInformation: many('CapabilityInformation', capabilityInformation, { since: '1.3' }),
    clientRegistrationMethods: many(
      'ClientRegistrationMethod',
      enumeration('ClientRegistrationMethod'),
      { since: '1.3' },
    ),
    defaultsInformation: optional('DefaultsInformation', defaultsInformation, { since: '2.0' }),
    protectionStorageMasks: optional('ProtectionStorageMasks', protectionStorageMasks, {
      since: '2.0',
    }),
  },
)
