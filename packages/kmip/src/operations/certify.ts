/** Makes a certificate for a public key (KMIP 2.1 §6.1.6). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { bytes, enumeration } from '../schema/primitives.ts'
import { byVersion, optional } from '../schema/structure.ts'
import { objectReference } from '../structures/references.ts'
import { anyObject, storageMasks, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const certify = operation(
  'Certify',
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
    attributes: optionalAttributes(),
    protectionStorageMasks: storageMasks,
  },
  {
    uniqueIdentifier: theObject,
    attributes: impliedAttributes(),
  },
)
