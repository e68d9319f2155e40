/** Renews a certificate (KMIP 2.1 §6.1.45). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { bytes, enumeration } from '../schema/primitives.ts'
import { byVersion, optional } from '../schema/structure.ts'
import { objectReference } from '../structures/references.ts'
import { anyObject, offset, storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const reCertify = operation(
  'ReCertify',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    certificateRequestUniqueIdentifier: optional(
      'CertificateRequestUniqueIdentifier',
      objectReference,
      { since: '2.0' },
    ),
    certificateRequestType: optional(
      'CertificateRequestType',
      enumeration('CertificateRequestType'),
    ),
    certificateRequest: byVersion(
      optional('CertificateRequest', bytes, { until: '1.4' }),
      optional('CertificateRequestValue', bytes, { since: '2.0' }),
    ),
    offset,
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
