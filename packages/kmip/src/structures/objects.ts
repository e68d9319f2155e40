/** The managed objects (KMIP 2.1 §2), told apart on the wire by their tags. */
import { labelledAttribute } from '../attributes/attribute.ts'
import { bigInteger, bytes, enumeration, integer } from '../schema/primitives.ts'
import { type Choice, many, oneOf, optional, required, structure } from '../schema/structure.ts'
import { keyBlock } from './key-block.ts'

const key = structure({ keyBlock: required('KeyBlock', keyBlock) })

export const certificate = structure({
  certificateType: required('CertificateType', enumeration('CertificateType')),
  certificateValue: required('CertificateValue', bytes),
})

const certificateRequest = structure({
  certificateRequestType: required('CertificateRequestType', enumeration('CertificateRequestType')),
  certificateRequestValue: required('CertificateRequestValue', bytes),
})

const opaqueObject = structure({
  opaqueDataType: required('OpaqueDataType', enumeration('OpaqueDataType')),
  opaqueDataValue: required('OpaqueDataValue', bytes),
})

const pgpKey = structure({
  pgpKeyVersion: required('PGPKeyVersion', integer),
  keyBlock: required('KeyBlock', keyBlock),
})

const secretData = structure({
  secretDataType: required('SecretDataType', enumeration('SecretDataType')),
  keyBlock: required('KeyBlock', keyBlock),
})

const splitKey = structure({
  splitKeyParts: required('SplitKeyParts', integer),
  keyPartIdentifier: required('KeyPartIdentifier', integer),
  splitKeyThreshold: required('SplitKeyThreshold', integer),
  splitKeyMethod: required('SplitKeyMethod', enumeration('SplitKeyMethod')),
  primeFieldSize: optional('PrimeFieldSize', bigInteger),
  keyBlock: required('KeyBlock', keyBlock),
})

/** KMIP 1.4 §2.2.6. */
const template = structure({ attributes: many('Attribute', labelledAttribute) })

const objectTypes = {
  Certificate: certificate,
  CertificateRequest: certificateRequest,
  OpaqueObject: opaqueObject,
  PGPKey: pgpKey,
  PrivateKey: key,
  PublicKey: key,
  SecretData: secretData,
  SplitKey: splitKey,
  SymmetricKey: key,
  Template: template,
} as const

/** `{ type: 'SymmetricKey', value: { keyBlock } }`. */
export type ManagedObject = Choice<typeof objectTypes>

/** Exactly one managed object. */
export const managedObject = oneOf(objectTypes)
