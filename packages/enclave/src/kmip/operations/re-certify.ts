/** Re-certify (KMIP 2.1 §6.1.45): a new certificate in the place of another. */
import { failWith } from '../failure.ts'
import { describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { issueCertificate } from '../objects/issue-certificate.ts'
import { linkedBy, withLink } from '../objects/links.ts'
import { replacementAttributes } from '../objects/re-key.ts'
import { addObject, change, handler, livingObjectOf } from '../scope.ts'

export const reCertify = handler('ReCertify', async (scope, request) => {
  const old = await livingObjectOf(scope, request.uniqueIdentifier)
  const value = await scope.work.payload(old)
  if (value.type !== 'Certificate') failWith('InvalidObjectType', 'not a certificate')
  const publicKey = linkedBy(old.attributes, 'PublicKeyLink')
  const certificate = issueCertificate(scope, value, request)
  const given = await requestedAttributes(scope, request.attributes)
  const time = { now: scope.now, offset: request.offset }
  const names = given.some(({ name }) => name === 'Name')
    ? old.attributes.filter(({ name }) => name !== 'Name')
    : old.attributes
  const kept = replacementAttributes(names, given, time).filter(
    ({ name }) => !/^(X_509)?Certificate/.test(name) && name !== 'DigitalSignatureAlgorithm',
  )
  const described = describeObject(scope, certificate, kept, { generated: true })
  const replaced = withLink(described, 'ReplacedObjectLink', old.identifier)
  const linked = publicKey === undefined ? replaced : withLink(replaced, 'PublicKeyLink', publicKey)
  const made = addObject(scope, certificate, linked)
  await change(scope, old, withLink(old.attributes, 'ReplacementObjectLink', made.identifier))
  scope.batch.made('ReCertify', made.identifier)
  return { uniqueIdentifier: made.identifier }
})
