/** Headers of requests and responses (KMIP 2.1 §8.2 and §8.5). */
import { fail } from '@holdfast/base/errors'
import {
  boolean,
  bytes,
  dateTime,
  type EnumerationValue,
  enumeration,
  integer,
  text,
} from '../schema/primitives.ts'
import { many, optional, required, structure } from '../schema/structure.ts'
import { subjectOf, type Type, type ValueOf } from '../schema/type.ts'
import { authentication, nonce } from '../structures/credential.ts'
import { protocolVersion } from '../structures/protocol-version.ts'
import { isSecond } from '../version.ts'

const from12 = { since: '1.2' } as const
const from14 = { since: '1.4' } as const
const from20 = { since: '2.0' } as const

const asynchronousEnumeration = enumeration('AsynchronousIndicator')

/** A boolean before 2.0: true is `Optional`, false is `Prohibited` (KMIP 1.4 §6.7). */
const asynchronousIndicator: Type<EnumerationValue<'AsynchronousIndicator'>> = {
  read: (item, version) => {
    if (isSecond(version)) return asynchronousEnumeration.read(item, version)
    return boolean.read(item, version) ? 'Optional' : 'Prohibited'
  },
  write: (tag, value, version) => {
    if (isSecond(version)) return asynchronousEnumeration.write(tag, value, version)
    if (value !== 'Optional' && value !== 'Prohibited') {
      return fail('unknown_enumeration', `not known to ${version}`, subjectOf(tag))
    }
    return boolean.write(tag, value === 'Optional', version)
  },
}

export const requestHeader = structure({
  protocolVersion: required('ProtocolVersion', protocolVersion),
  maximumResponseSize: optional('MaximumResponseSize', integer),
  clientCorrelationValue: optional('ClientCorrelationValue', text, from14),
  serverCorrelationValue: optional('ServerCorrelationValue', text, from14),
  asynchronousIndicator: optional('AsynchronousIndicator', asynchronousIndicator),
  attestationCapableIndicator: optional('AttestationCapableIndicator', boolean, from12),
  attestationTypes: many('AttestationType', enumeration('AttestationType'), from12),
  authentication: optional('Authentication', authentication),
  batchErrorContinuationOption: optional(
    'BatchErrorContinuationOption',
    enumeration('BatchErrorContinuationOption'),
  ),
  batchOrderOption: optional('BatchOrderOption', boolean),
  timeStamp: optional('TimeStamp', dateTime),
  batchCount: required('BatchCount', integer),
})

export const responseHeader = structure(
  {
    protocolVersion: required('ProtocolVersion', protocolVersion),
    timeStamp: required('TimeStamp', dateTime),
    nonce: optional('Nonce', nonce, from12),
    serverHashedPassword: optional('ServerHashedPassword', bytes, from20),
    attestationTypes: many('AttestationType', enumeration('AttestationType'), from12),
    clientCorrelationValue: optional('ClientCorrelationValue', text, from14),
    serverCorrelationValue: optional('ServerCorrelationValue', text, from14),
    batchCount: required('BatchCount', integer),
  },
  'omit',
)

/** What a caller says in a header; version and count are those of the message. */
export type RequestHeader = Omit<ValueOf<typeof requestHeader>, 'protocolVersion' | 'batchCount'>
export type ResponseHeader = Omit<ValueOf<typeof responseHeader>, 'protocolVersion' | 'batchCount'>
