/** What a server says of itself in answer to Query (KMIP 2.1 §7). */

import { fail } from '@holdfast/base/errors'
import { taggedAttributes } from '../attributes/lists.ts'
import { type Item, type ItemType, item, itemTypes } from '../item.ts'
import { isExtensionTag } from '../names.ts'
import { boolean, enumeration, integer, text } from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'
import { expectType, subjectOf, type Type, type ValueOf } from '../schema/type.ts'
import { isSecond } from '../version.ts'

const from20 = { since: '2.0' } as const
const from14 = { since: '1.4' } as const

const knownServerInformation = structure(
  {
    serverName: optional('ServerName', text, from20),
    serverSerialNumber: optional('ServerSerialNumber', text, from20),
    serverVersion: optional('ServerVersion', text, from20),
    serverLoad: optional('ServerLoad', text, from20),
    productName: optional('ProductName', text, from20),
    buildLevel: optional('BuildLevel', text, from20),
    buildDate: optional('BuildDate', text, from20),
    clusterInfo: optional('ClusterInfo', text, from20),
    alternateFailoverEndpoints: many('AlternateFailoverEndpoints', text, from20),
  },
  'omit',
)

/** Fields of 2.x, and a vendor's own items; before 2.0 all items are a vendor's own. */
export type ServerInformation = ValueOf<typeof knownServerInformation> & {
  readonly vendorItems?: readonly Item[] | undefined
}

export const serverInformation: Type<ServerInformation> = {
  read: (from, version) => {
    const { value, tag } = expectType(from, 'Structure')
    const isOwn = (child: Item): boolean => !isSecond(version) || isExtensionTag(child.tag)
    const own = value.filter(isOwn)
    const known = item(
      tag,
      'Structure',
      value.filter((child) => !isOwn(child)),
    )
    const fields = knownServerInformation.read(known, version)
    return own.length === 0 ? fields : { ...fields, vendorItems: own }
  },
  write: (tag, { vendorItems = [], ...fields }, version) => {
    const known = knownServerInformation.write(tag, fields, version)
    const own = isSecond(version)
      ? vendorItems.filter((child) => isExtensionTag(child.tag))
      : vendorItems
    return { tag, type: 'Structure', value: [...expectType(known, 'Structure').value, ...own] }
  },
}

/** The code of an item type: an integer before 2.0, an enumeration since. */
const itemType: Type<ItemType> = {
  read: (from, version) => {
    const kind = isSecond(version) ? 'Enumeration' : 'Integer'
    const name = itemTypes[expectType(from, kind).value - 1]
    return name ?? fail('unknown_enumeration', 'no such item type', subjectOf(from.tag))
  },
  write: (tag, value, version) => {
    const code = itemTypes.indexOf(value) + 1
    return { tag, type: isSecond(version) ? 'Enumeration' : 'Integer', value: code }
  },
}

export const extensionInformation = structure(
  {
    extensionName: required('ExtensionName', text),
    extensionTag: optional('ExtensionTag', integer),
    extensionType: optional('ExtensionType', itemType),
    extensionEnumeration: optional('ExtensionEnumeration', integer, from20),
    extensionAttribute: optional('ExtensionAttribute', boolean, from20),
    extensionParentStructureTag: optional('ExtensionParentStructureTag', integer, from20),
    extensionDescription: optional('ExtensionDescription', text, from20),
  },
  'omit',
)

const profileVersion = structure({
  profileVersionMajor: required('ProfileVersionMajor', integer),
  profileVersionMinor: required('ProfileVersionMinor', integer),
})

export const profileInformation = structure(
  {
    profileName: required('ProfileName', enumeration('ProfileName')),
    profileVersion: optional('ProfileVersion', profileVersion, from20),
    serverUri: optional('ServerURI', text),
    serverPort: optional('ServerPort', integer),
  },
  'omit',
)

export const validationInformation = structure({
  validationAuthorityType: required(
    'ValidationAuthorityType',
    enumeration('ValidationAuthorityType'),
  ),
  validationAuthorityCountry: optional('ValidationAuthorityCountry', text),
  validationAuthorityUri: optional('ValidationAuthorityURI', text),
  validationVersionMajor: required('ValidationVersionMajor', integer),
  validationVersionMinor: optional('ValidationVersionMinor', integer),
  validationType: required('ValidationType', enumeration('ValidationType')),
  validationLevel: required('ValidationLevel', integer),
  validationCertificateIdentifier: optional('ValidationCertificateIdentifier', text),
  validationCertificateUri: optional('ValidationCertificateURI', text),
  validationVendorUri: optional('ValidationVendorURI', text),
  validationProfile: many('ValidationProfile', text),
})

export const capabilityInformation = structure(
  {
    streamingCapability: optional('StreamingCapability', boolean),
    asynchronousCapability: optional('AsynchronousCapability', boolean),
    attestationCapability: optional('AttestationCapability', boolean),
    batchUndoCapability: optional('BatchUndoCapability', boolean, from14),
    batchContinueCapability: optional('BatchContinueCapability', boolean, from14),
    unwrapMode: optional('UnwrapMode', enumeration('UnwrapMode')),
    destroyAction: optional('DestroyAction', enumeration('DestroyAction')),
    shreddingAlgorithm: optional('ShreddingAlgorithm', enumeration('ShreddingAlgorithm')),
    rngMode: optional('RNGMode', enumeration('RNGMode')),
    quantumSafeCapability: optional('QuantumSafeCapability', boolean, from20),
  },
  'omit',
)

/** KMIP 2.1 §7.23. */
export const objectGroups = structure({ objectGroups: many('ObjectGroup', text) })

/** KMIP 2.1 §7.24. */
export const objectTypesList = structure({
  objectTypes: many('ObjectType', enumeration('ObjectType')),
})

/** KMIP 2.1 §7.22; 2.0 has one object type, 2.1 may list them. */
const objectDefaults = structure({
  objectType: optional('ObjectType', enumeration('ObjectType')),
  objectTypes: optional('ObjectTypes', objectTypesList, { since: '2.1' }),
  attributes: required('Attributes', taggedAttributes),
  objectGroups: optional('ObjectGroups', objectGroups, { since: '2.1' }),
})

export const defaultsInformation = structure({
  objectDefaults: many('ObjectDefaults', objectDefaults),
})
