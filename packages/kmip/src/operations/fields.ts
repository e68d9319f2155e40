/** Fields that many operations share. */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import {
  boolean,
  bytes,
  dateTime,
  enumeration,
  integer,
  interval,
  text,
} from '../schema/primitives.ts'
import { byVersion, optional, required } from '../schema/structure.ts'
import type { Type } from '../schema/type.ts'
import { cryptographicParameters } from '../structures/cryptographic-parameters.ts'
import { keyWrappingSpecification } from '../structures/key-block.ts'
import { usageLimits } from '../structures/lifecycle.ts'
import { dataReference, objectReference } from '../structures/references.ts'
import { protectionStorageMasks } from '../structures/rights.ts'

/** The object that a request is about; absent means the one that the batch made last. */
export const anyObject = optional('UniqueIdentifier', objectReference)

/** The object that an answer is about. */
export const theObject = required('UniqueIdentifier', text)

export const storageMasks = optional('ProtectionStorageMasks', protectionStorageMasks, {
  since: '2.0',
})

/** What a new key pair shall have, in common and by half (KMIP 2.1 §6.1.9 and §6.1.47). */
export const pairAttributes = {
  commonAttributes: optionalAttributes('Common'),
  privateKeyAttributes: optionalAttributes('PrivateKey'),
  publicKeyAttributes: optionalAttributes('PublicKey'),
  commonProtectionStorageMasks: optional('CommonProtectionStorageMasks', protectionStorageMasks, {
    since: '2.0',
  }),
  privateProtectionStorageMasks: optional('PrivateProtectionStorageMasks', protectionStorageMasks, {
    since: '2.0',
  }),
  publicProtectionStorageMasks: optional('PublicProtectionStorageMasks', protectionStorageMasks, {
    since: '2.0',
  }),
}

/** The new key pair. */
export const thePair = {
  privateKeyUniqueIdentifier: required('PrivateKeyUniqueIdentifier', text),
  publicKeyUniqueIdentifier: required('PublicKeyUniqueIdentifier', text),
  privateKeyAttributes: impliedAttributes('PrivateKey'),
  publicKeyAttributes: impliedAttributes('PublicKey'),
}

/** In which form a key is to be told (KMIP 2.1 §6.1.18 and §6.1.19). */
export const keyForm = {
  keyFormatType: optional('KeyFormatType', enumeration('KeyFormatType')),
  keyWrapType: optional('KeyWrapType', enumeration('KeyWrapType'), { since: '1.4' }),
  keyCompressionType: optional('KeyCompressionType', enumeration('KeyCompressionType')),
  keyWrappingSpecification: optional('KeyWrappingSpecification', keyWrappingSpecification),
}

/** What is to be certified, and the client's own request (KMIP 2.1 §6.1.6 and §6.1.45). */
export const certificateRequest = {
  uniqueIdentifier: anyObject,
  certificateRequestUniqueIdentifier: optional(
    'CertificateRequestUniqueIdentifier',
    objectReference,
    { since: '2.0' },
  ),
  certificateRequestType: optional('CertificateRequestType', enumeration('CertificateRequestType')),
  certificateRequest: byVersion(
    optional('CertificateRequest', bytes, { until: '1.4' }),
    optional('CertificateRequestValue', bytes, { since: '2.0' }),
  ),
}

/** How long a ticket lives: seconds as a number, or until a second since 1970 as a bigint. */
const lifetime: Type<number | bigint> = {
  read: (item, version) =>
    item.type === 'DateTime' ? dateTime.read(item, version) : interval.read(item, version),
  write: (tag, value, version) =>
    typeof value === 'bigint'
      ? dateTime.write(tag, value, version)
      : interval.write(tag, value, version),
}

/** What Login and Delegated Login ask of a ticket (KMIP 2.1 §6.1.12 and §6.1.30). */
export const ticketLimits = {
  leaseTime: optional('LeaseTime', lifetime),
  requestCount: optional('RequestCount', integer),
  usageLimits: optional('UsageLimits', usageLimits),
}

export const offset = optional('Offset', interval)

/** Data of a request; absent from a later part of a stream that has none. */
export const data = optional('Data', dataReference)

/** A stream of parts, from 1.3 on (KMIP 1.3 §2.1.15 to §2.1.17). */
export const stream = {
  correlationValue: optional('CorrelationValue', bytes, { since: '1.3' }),
  initIndicator: optional('InitIndicator', boolean, { since: '1.3' }),
  finalIndicator: optional('FinalIndicator', boolean, { since: '1.3' }),
}

export const streamAnswer = optional('CorrelationValue', bytes, { since: '1.3' })

/** What a cipher takes, one way and the other (KMIP 2.1 §6.1.11 and §6.1.17). */
export const cipherInput = {
  uniqueIdentifier: anyObject,
  cryptographicParameters: optional('CryptographicParameters', cryptographicParameters),
  data,
  ivCounterNonce: optional('IVCounterNonce', bytes),
  ...stream,
  authenticatedEncryptionAdditionalData: optional('AuthenticatedEncryptionAdditionalData', bytes, {
    since: '1.4',
  }),
}

export const authenticationTag = optional('AuthenticatedEncryptionTag', bytes, { since: '1.4' })
