/** Certify (KMIP 2.1 §6.1.6): a certificate by this zone's CA for a stored public key. */
import { failWith } from '../failure.ts'
import { describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { issueCertificate } from '../objects/issue-certificate.ts'
import { withLink } from '../objects/links.ts'
import { addObject, change, handler, livingObjectOf } from '../scope.ts'

export const certify = handler('Certify', async (scope, request) => {
  const publicKey = await livingObjectOf(scope, request.uniqueIdentifier)
  const value = await scope.work.payload(publicKey)
  if (value.type !== 'PublicKey') failWith('InvalidObjectType', 'only public keys are certified')
  const certificate = issueCertificate(scope, value, request)
  const requested = await requestedAttributes(scope, request.attributes)
  const described = describeObject(scope, certificate, requested, { generated: true })
  const linked = withLink(described, 'PublicKeyLink', publicKey.identifier)
  const made = addObject(scope, certificate, linked)
  await change(scope, publicKey, withLink(publicKey.attributes, 'CertificateLink', made.identifier))
  scope.batch.made('Certify', made.identifier)
  return { uniqueIdentifier: made.identifier }
})
