/** Query (KMIP 2.1 §6.1.40): nothing of a later version is told. */
import {
  type EnumerationValue,
  enumerations,
  hasOperation,
  maskOf,
  type OperationName,
  type ResponsePayload,
} from '@holdfast/kmip'
import { extensionList, extensionMap } from '../extensions.ts'
import { handler, type Scope } from '../scope.ts'

type Answer = ResponsePayload<'Query'>
type Teller = (scope: Scope) => Answer | Promise<Answer>

const names = (scope: Scope): readonly OperationName[] =>
  scope.supported.filter((name) => hasOperation(scope.version, name))

const objectTypes: readonly EnumerationValue<'ObjectType'>[] = [
  'Certificate',
  'SymmetricKey',
  'PublicKey',
  'PrivateKey',
  'SplitKey',
  'Template',
  'SecretData',
  'OpaqueObject',
  'PGPKey',
  'CertificateRequest',
]

const isIn = (version: string, [, since, until]: readonly [number, string, string?]): boolean =>
  version >= since && (until === undefined || version <= until)

const known = (scope: Scope): typeof objectTypes =>
  objectTypes.filter((type) =>
    isIn(scope.version, enumerations.ObjectType[type as keyof typeof enumerations.ObjectType]),
  )

const capability = {
  streamingCapability: true,
  asynchronousCapability: true,
  attestationCapability: false,
  batchUndoCapability: true,
  batchContinueCapability: true,
  unwrapMode: 'Unspecified',
  destroyAction: 'KeyMaterialShredded',
  shreddingAlgorithm: 'Cryptographic',
  rngMode: 'SharedInstantiation',
} as const

const tellers: Readonly<Partial<Record<string, Teller>>> = {
  QueryOperations: (scope) => ({ operations: names(scope) }),
  QueryObjects: (scope) => ({ objectTypes: known(scope) }),
  QueryServerInformation: ({ facts }) => ({
    vendorIdentification: facts.vendor,
    serverInformation: facts.information,
  }),
  QueryApplicationNamespaces: ({ facts }) => ({ applicationNamespaces: facts.namespaces }),
  QueryExtensionList: () => ({ extensionInformation: extensionList() }),
  QueryExtensionMap: ({ version }) => ({ extensionInformation: extensionMap(version) }),
  QueryRNGs: ({ facts }) => ({ rngParameters: [facts.randomNumberGenerator] }),
  QueryCapabilities: () => ({ capabilityInformation: [capability] }),
  QueryClientRegistrationMethods: () => ({ clientRegistrationMethods: ['ClientRegistered'] }),
  QueryDefaultsInformation: async ({ settingsStore }) => ({
    defaultsInformation: (await settingsStore.read()).defaults,
  }),
  QueryStorageProtectionMasks: () => ({
    protectionStorageMasks: {
      protectionStorageMasks: [maskOf('ProtectionStorageMask', 'Software')],
    },
  }),
}

export const query = handler('Query', async (scope, request) => {
  let answer: Answer = {}
  for (const name of request.queryFunctions) {
    answer = { ...answer, ...(await tellers[name]?.(scope)) }
  }
  return answer
})
