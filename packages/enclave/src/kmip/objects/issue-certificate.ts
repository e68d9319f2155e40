/** A certificate by the zone's CA; a request in PKCS#10 must be of the same key. */
import { type Bytes, equalBytes } from '@holdfast/base/bytes'
import * as der from '@holdfast/base/der'
import { attempt } from '@holdfast/base/errors'
import type { ManagedObject, RequestPayload } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import type { Scope } from '../scope.ts'
import { readPublic } from './asymmetric-keys.ts'

type Request = Pick<
  RequestPayload<'Certify'>,
  'certificateRequestType' | 'certificateRequest' | 'certificateRequestUniqueIdentifier'
>

type Parsed = { readonly subject: Bytes; readonly spki: Bytes }

/** Subject and key of a PKCS#10 request (RFC 2986 §4.1). */
const parseRequest = (bytes: Bytes): Parsed => {
  const parsed = attempt(() => {
    const [info] = der.readSequence(der.readElements(bytes)[0])
    const [, subject, spki] = der.readSequence(info)
    return { subject: subject?.raw, spki: spki?.raw }
  })
  if (!parsed.ok || parsed.value.subject === undefined || parsed.value.spki === undefined) {
    return failWith('InvalidCSR', 'the certificate request cannot be read')
  }
  return { subject: parsed.value.subject, spki: parsed.value.spki }
}

export const issueCertificate = (
  scope: Scope,
  value: ManagedObject,
  request: Request,
): ManagedObject => {
  const { certifier } = scope
  if (certifier === undefined) {
    return failWith('FeatureNotSupported', 'this node issues no certificates')
  }
  if (request.certificateRequestType !== 'PKCS_10' || request.certificateRequest === undefined) {
    return failWith('FeatureNotSupported', 'a certificate needs a request in PKCS#10')
  }
  const { subject, spki } = parseRequest(request.certificateRequest)
  if (!equalBytes(spki, readPublic(scope.crypto, value))) {
    return failWith('InvalidCSR', 'the certificate request is of another key')
  }
  if (!scope.crypto.isSelfSignedRequest(request.certificateRequest, spki)) {
    return failWith('InvalidCSR', 'the certificate request is not signed by its key')
  }
  const certificateValue = certifier.issue({ subject, spki, nowMs: scope.nowMs })
  return { type: 'Certificate', value: { certificateType: 'X_509', certificateValue } }
}
