/** Which attributes clients may add, modify and delete, and when (KMIP 2.1 §4). */
import type { Attribute, AttributeName } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { isServerSet } from '../objects/describe-object.ts'
import { stateOf } from '../objects/lifecycle.ts'
import type { KmipObject } from '../workspace.ts'

export type Change = 'add' | 'modify' | 'delete'

/** Attributes that stay as they are once they have a value. */
const fixed: ReadonlySet<string> = new Set<AttributeName>([
  'CryptographicAlgorithm',
  'CryptographicLength',
  'CryptographicDomainParameters',
  'CertificateType',
  'CertificateLength',
  'X_509CertificateIdentifier',
  'X_509CertificateSubject',
  'X_509CertificateIssuer',
  'CertificateIdentifier',
  'CertificateSubject',
  'CertificateIssuer',
  'DigitalSignatureAlgorithm',
  'OperationPolicyName',
  'RevocationReason',
  'CompromiseOccurrenceDate',
  'KeyValuePresent',
  'OriginalCreationDate',
  'RandomNumberGenerator',
  'KeyFormatType',
  'ProtectionStorageMask',
  'QuantumSafe',
  'Fresh',
])

/** Attributes that a client may not delete; a usage mask or a date decides what was allowed. */
const kept: ReadonlySet<string> = new Set<AttributeName>([
  'CryptographicUsageMask',
  'ActivationDate',
  'Sensitive',
  'Extractable',
])

const startDates: ReadonlySet<string> = new Set<AttributeName>([
  'ActivationDate',
  'ProcessStartDate',
])

/** Refuses a change that a client may not make to this object now. */
export const checkChange = (object: KmipObject, attribute: Attribute, kind: Change): void => {
  const { name } = attribute
  if (object.destroyed) failWith('ObjectDestroyed', 'the object was destroyed')
  const isFixed = fixed.has(name) && kind !== 'add'
  if (isServerSet(attribute) || isFixed || (kind === 'delete' && kept.has(name))) {
    failWith('AttributeReadOnly', 'a client may not change this attribute')
  }
  if (attribute.name === 'Vendor' && attribute.vendor === 'y') {
    failWith('AttributeReadOnly', 'attributes of vendor y are the server’s')
  }
  const state = stateOf(object.attributes)
  if (startDates.has(name) && state !== undefined && state !== 'PreActive') {
    failWith('WrongKeyLifecycleState', 'the object is not pre-active any more')
  }
}

/** An attribute as it is stored: without an index, usage limits with their count. */
export const settled = (attribute: Attribute): Attribute => {
  const { index: _, ...rest } = attribute
  if (rest.name !== 'UsageLimits') return rest
  const { value } = rest as Extract<Attribute, { readonly name: 'UsageLimits' }>
  return {
    name: 'UsageLimits',
    value: { ...value, usageLimitsCount: value.usageLimitsCount ?? value.usageLimitsTotal },
  }
}
