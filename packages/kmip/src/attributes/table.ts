/**
 * Every attribute of a managed object (KMIP 2.1 §4, KMIP 1.4 §3): the tag that names it from 2.0
 * on, the text that names it before, its type, its versions, and whether it may repeat.
 */
import {
  boolean,
  bytes,
  dateTime,
  enumeration,
  integer,
  interval,
  mask,
  text,
} from '../schema/primitives.ts'
import type { AnyType } from '../schema/type.ts'
import {
  certificateIdentifier,
  certificateIssuer,
  certificateSubject,
  x509CertificateIdentifier,
  x509CertificateIssuer,
  x509CertificateSubject,
} from '../structures/certificates.ts'
import {
  cryptographicDomainParameters,
  cryptographicParameters,
} from '../structures/cryptographic-parameters.ts'
import { digest, link, revocationReason, usageLimits } from '../structures/lifecycle.ts'
import {
  alternativeName,
  applicationSpecificInformation,
  keyValueLocation,
  name,
  rotateName,
} from '../structures/names.ts'
import { rngParameters } from '../structures/random.ts'
import type { TagName } from '../tables/tags.ts'
import type { VersionRange } from '../version.ts'

export type AttributeEntry<Declared extends AnyType = AnyType> = VersionRange & {
  /** The name in 1.x. */
  readonly label: string
  readonly type: Declared
  readonly repeats: boolean
}

const one = <Declared extends AnyType>(
  label: string,
  type: Declared,
  range: VersionRange = {},
): AttributeEntry<Declared> => ({ label, type, repeats: false, ...range })

const several = <Declared extends AnyType>(
  label: string,
  type: Declared,
  range: VersionRange = {},
): AttributeEntry<Declared> => ({ label, type, repeats: true, ...range })

const from11 = { since: '1.1' } as const
const from12 = { since: '1.2' } as const
const from13 = { since: '1.3' } as const
const from14 = { since: '1.4' } as const
const from20 = { since: '2.0' } as const
const from21 = { since: '2.1' } as const
const until14 = { until: '1.4' } as const

export const attributeTable = {
  UniqueIdentifier: one('Unique Identifier', text),
  Name: several('Name', name),
  ObjectType: one('Object Type', enumeration('ObjectType')),
  CryptographicAlgorithm: one('Cryptographic Algorithm', enumeration('CryptographicAlgorithm')),
  CryptographicLength: one('Cryptographic Length', integer),
  CryptographicParameters: several('Cryptographic Parameters', cryptographicParameters),
  CryptographicDomainParameters: one(
    'Cryptographic Domain Parameters',
    cryptographicDomainParameters,
  ),
  CertificateType: one('Certificate Type', enumeration('CertificateType')),
  CertificateLength: one('Certificate Length', integer, from11),
  X_509CertificateIdentifier: one(
    'X.509 Certificate Identifier',
    x509CertificateIdentifier,
    from11,
  ),
  X_509CertificateSubject: one('X.509 Certificate Subject', x509CertificateSubject, from11),
  X_509CertificateIssuer: one('X.509 Certificate Issuer', x509CertificateIssuer, from11),
  CertificateIdentifier: one('Certificate Identifier', certificateIdentifier, until14),
  CertificateSubject: one('Certificate Subject', certificateSubject, until14),
  CertificateIssuer: one('Certificate Issuer', certificateIssuer, until14),
  DigitalSignatureAlgorithm: several(
    'Digital Signature Algorithm',
    enumeration('DigitalSignatureAlgorithm'),
    from11,
  ),
  Digest: several('Digest', digest),
  OperationPolicyName: one('Operation Policy Name', text, until14),
  CryptographicUsageMask: one('Cryptographic Usage Mask', mask('CryptographicUsageMask')),
  LeaseTime: one('Lease Time', interval),
  UsageLimits: one('Usage Limits', usageLimits),
  State: one('State', enumeration('State')),
  InitialDate: one('Initial Date', dateTime),
  ActivationDate: one('Activation Date', dateTime),
  ProcessStartDate: one('Process Start Date', dateTime),
  ProtectStopDate: one('Protect Stop Date', dateTime),
  DeactivationDate: one('Deactivation Date', dateTime),
  DestroyDate: one('Destroy Date', dateTime),
  CompromiseOccurrenceDate: one('Compromise Occurrence Date', dateTime),
  CompromiseDate: one('Compromise Date', dateTime),
  RevocationReason: one('Revocation Reason', revocationReason),
  ArchiveDate: one('Archive Date', dateTime),
  ObjectGroup: several('Object Group', text),
  Fresh: one('Fresh', boolean, from11),
  Link: several('Link', link),
  ApplicationSpecificInformation: several(
    'Application Specific Information',
    applicationSpecificInformation,
  ),
  ContactInformation: one('Contact Information', text),
  LastChangeDate: one('Last Change Date', dateTime),
  AlternativeName: several('Alternative Name', alternativeName, from12),
  KeyValuePresent: one('Key Value Present', boolean, from12),
  KeyValueLocation: several('Key Value Location', keyValueLocation, from12),
  OriginalCreationDate: one('Original Creation Date', dateTime, from12),
  RandomNumberGenerator: one('Random Number Generator', rngParameters, from13),
  PKCS_12FriendlyName: one('PKCS#12 Friendly Name', text, from14),
  Description: one('Description', text, from14),
  Comment: one('Comment', text, from14),
  Sensitive: one('Sensitive', boolean, from14),
  AlwaysSensitive: one('Always Sensitive', boolean, from14),
  Extractable: one('Extractable', boolean, from14),
  NeverExtractable: one('Never Extractable', boolean, from14),
  CertificateSubjectCN: several('Certificate Subject CN', text, from20),
  CertificateSubjectO: several('Certificate Subject O', text, from20),
  CertificateSubjectOU: several('Certificate Subject OU', text, from20),
  CertificateSubjectEmail: several('Certificate Subject Email', text, from20),
  CertificateSubjectC: several('Certificate Subject C', text, from20),
  CertificateSubjectST: several('Certificate Subject ST', text, from20),
  CertificateSubjectL: several('Certificate Subject L', text, from20),
  CertificateSubjectUID: several('Certificate Subject UID', text, from20),
  CertificateSubjectSerialNumber: several('Certificate Subject Serial Number', text, from20),
  CertificateSubjectTitle: several('Certificate Subject Title', text, from20),
  CertificateSubjectDC: several('Certificate Subject DC', text, from20),
  CertificateSubjectDNQualifier: several('Certificate Subject DN Qualifier', text, from20),
  CertificateIssuerCN: several('Certificate Issuer CN', text, from20),
  CertificateIssuerO: several('Certificate Issuer O', text, from20),
  CertificateIssuerOU: several('Certificate Issuer OU', text, from20),
  CertificateIssuerEmail: several('Certificate Issuer Email', text, from20),
  CertificateIssuerC: several('Certificate Issuer C', text, from20),
  CertificateIssuerST: several('Certificate Issuer ST', text, from20),
  CertificateIssuerL: several('Certificate Issuer L', text, from20),
  CertificateIssuerUID: several('Certificate Issuer UID', text, from20),
  CertificateIssuerSerialNumber: several('Certificate Issuer Serial Number', text, from20),
  CertificateIssuerTitle: several('Certificate Issuer Title', text, from20),
  CertificateIssuerDC: several('Certificate Issuer DC', text, from20),
  CertificateIssuerDNQualifier: several('Certificate Issuer DN Qualifier', text, from20),
  KeyFormatType: one('Key Format Type', enumeration('KeyFormatType'), from20),
  NISTKeyType: several('NIST Key Type', enumeration('NISTKeyType'), from20),
  OpaqueDataType: one('Opaque Data Type', enumeration('OpaqueDataType'), from20),
  ProtectionLevel: one('Protection Level', enumeration('ProtectionLevel'), from20),
  ProtectionPeriod: one('Protection Period', interval, from20),
  ProtectionStorageMask: one('Protection Storage Mask', mask('ProtectionStorageMask'), from20),
  QuantumSafe: one('Quantum Safe', boolean, from20),
  ShortUniqueIdentifier: one('Short Unique Identifier', bytes, from20),
  RotateAutomatic: one('Rotate Automatic', boolean, from21),
  RotateDate: one('Rotate Date', dateTime, from21),
  RotateGeneration: one('Rotate Generation', integer, from21),
  RotateInterval: one('Rotate Interval', interval, from21),
  RotateLatest: one('Rotate Latest', boolean, from21),
  RotateName: one('Rotate Name', rotateName, from21),
  RotateOffset: one('Rotate Offset', interval, from21),
} as const satisfies Readonly<Partial<Record<TagName, AttributeEntry>>>

export type AttributeName = keyof typeof attributeTable
