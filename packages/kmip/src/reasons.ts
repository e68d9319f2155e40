/**
 * Result reasons for every version: an older client is told the nearest reason that it knows.
 * Where a version has a reason that its own published cases do not expect, the cases win.
 */
import { enumerations } from './tables/enumerations.ts'
import { has, inRange, type Version, type VersionRange } from './version.ts'

export type ResultReason = keyof (typeof enumerations)['ResultReason']

/** What a version says that does not have the reason. */
const nearest: Readonly<Partial<Record<ResultReason, ResultReason>>> = {
  // From 2.0 on these two are gone.
  IllegalOperation: 'PermissionDenied',
  IndexOutOfBounds: 'AttributeInstanceNotFound',
  EncodingOptionError: 'InvalidField',
  KeyValueNotPresent: 'IllegalOperation',
  AttestationRequired: 'PermissionDenied',
  AttestationFailed: 'PermissionDenied',
  Sensitive: 'PermissionDenied',
  NotExtractable: 'PermissionDenied',
  ObjectAlreadyExists: 'InvalidField',
  InvalidTicket: 'AuthenticationNotSuccessful',
  UsageLimitExceeded: 'PermissionDenied',
  NumericRange: 'InvalidField',
  InvalidDataType: 'InvalidField',
  ReadOnlyAttribute: 'PermissionDenied',
  MultiValuedAttribute: 'InvalidField',
  UnsupportedAttribute: 'InvalidField',
  AttributeInstanceNotFound: 'ItemNotFound',
  AttributeNotFound: 'ItemNotFound',
  AttributeReadOnly: 'PermissionDenied',
  AttributeSingleValued: 'IndexOutOfBounds',
  BadCryptographicParameters: 'InvalidField',
  BadPassword: 'PermissionDenied',
  CodecError: 'InvalidMessage',
  IllegalObjectType: 'IllegalOperation',
  IncompatibleCryptographicUsageMask: 'PermissionDenied',
  InternalServerError: 'GeneralFailure',
  InvalidAsynchronousCorrelationValue: 'InvalidField',
  InvalidAttribute: 'InvalidField',
  InvalidAttributeValue: 'InvalidField',
  InvalidCorrelationValue: 'InvalidField',
  InvalidCSR: 'InvalidField',
  InvalidObjectType: 'InvalidField',
  KeyWrapTypeNotSupported: 'FeatureNotSupported',
  MissingInitializationVector: 'InvalidMessage',
  NonUniqueNameAttribute: 'InvalidField',
  ObjectDestroyed: 'ItemNotFound',
  ObjectNotFound: 'ItemNotFound',
  NotAuthorised: 'PermissionDenied',
  ServerLimitExceeded: 'GeneralFailure',
  UnknownEnumeration: 'InvalidField',
  UnknownMessageExtension: 'FeatureNotSupported',
  UnknownTag: 'InvalidField',
  UnsupportedCryptographicParameters: 'FeatureNotSupported',
  UnsupportedProtocolVersion: 'InvalidMessage',
  WrappingObjectArchived: 'ObjectArchived',
  WrappingObjectDestroyed: 'ItemNotFound',
  WrappingObjectNotFound: 'ItemNotFound',
  WrongKeyLifecycleState: 'PermissionDenied',
  ProtectionStorageUnavailable: 'FeatureNotSupported',
  PrivateProtectionStorageUnavailable: 'FeatureNotSupported',
  PublicProtectionStorageUnavailable: 'FeatureNotSupported',
  PKCS_11CodecError: 'InvalidField',
  PKCS_11InvalidFunction: 'InvalidField',
  PKCS_11InvalidInterface: 'InvalidField',
  UnknownObjectGroup: 'ItemNotFound',
  ConstraintViolation: 'InvalidAttributeValue',
  DuplicateProcessRequest: 'InvalidAsynchronousCorrelationValue',
}

/** Reasons that 2.0 numbers and its published cases do not expect yet (AKLC-M-2-20 and others). */
const expected: Readonly<Partial<Record<ResultReason, VersionRange>>> = {
  WrongKeyLifecycleState: { since: '2.1' },
}

const knows = (version: Version, reason: ResultReason): boolean =>
  has(version, enumerations.ResultReason[reason]) && inRange(version, expected[reason] ?? {})

/** The reason, or the nearest that this version knows. */
export const reasonFor = (version: Version, reason: ResultReason): ResultReason => {
  let known = reason
  while (!knows(version, known)) known = nearest[known] ?? 'GeneralFailure'
  return known
}

const reasonNames: ReadonlySet<string> = new Set(Object.keys(enumerations.ResultReason))

/** Whether a text, such as the reason in a table of refusals, names a result reason. */
export const isResultReason = (name: string): name is ResultReason => reasonNames.has(name)
