/** Re-certify (KMIP 2.1 §6.1.45): a new certificate in the place of another. */
import { failWith } from '../failure.ts'
import { type Attributes, withAdded, without } from '../objects/attributes.ts'
import { checkNames, describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { issueCertificate } from '../objects/issue-certificate.ts'
import { linkedBy, withLink } from '../objects/links.ts'
import { replacementAttributes } from '../objects/re-key.ts'
import { addObject, change, handler, livingObjectOf, type Scope } from '../scope.ts'

/**
 * The names of the old certificate and those asked for, which the published answers number so: in
 * 1.1 what is taken over comes first, from 1.2 on what belongs to the new certificate.
 */
const namesOf = (scope: Scope, old: Attributes, given: Attributes): Attributes => {
  const taken = old.filter(({ name }) => name === 'Name')
  const asked = given.filter(({ name }) => name === 'Name')
  const all = scope.version < '1.2' ? [...taken, ...asked] : [...asked, ...taken]
  return all.reduce<Attributes>(withAdded, [])
}

const linksOf = (
  scope: Scope,
  attributes: Attributes,
  { old, publicKey }: { readonly old: string; readonly publicKey: string | undefined },
): Attributes => {
  const ofKey = (list: Attributes): Attributes =>
    publicKey === undefined ? list : withLink(list, 'PublicKeyLink', publicKey)
  const ofOld = (list: Attributes): Attributes => withLink(list, 'ReplacedObjectLink', old)
  return scope.version < '1.2' ? ofKey(ofOld(attributes)) : ofOld(ofKey(attributes))
}

export const reCertify = handler('ReCertify', async (scope, request) => {
  const old = await livingObjectOf(scope, request.uniqueIdentifier)
  const value = await scope.work.payload(old)
  if (value.type !== 'Certificate') failWith('InvalidObjectType', 'not a certificate')
  const publicKey = linkedBy(old.attributes, 'PublicKeyLink')
  const certificate = issueCertificate(scope, value, request)
  const given = await requestedAttributes(scope, request.attributes)
  await checkNames(scope, given)
  const time = { now: scope.now, offset: request.offset }
  const taken = replacementAttributes(without(old.attributes, 'Name'), without(given, 'Name'), time)
  const kept = taken.filter(
    ({ name }) => !/^(X_509)?Certificate/.test(name) && name !== 'DigitalSignatureAlgorithm',
  )
  const named = [...kept, ...namesOf(scope, old.attributes, given)]
  const described = describeObject(scope, certificate, named, { generated: true })
  const links = { old: old.identifier, publicKey }
  const made = addObject(scope, certificate, linksOf(scope, described, links))
  const renamed = without(old.attributes, 'Name')
  await change(scope, old, withLink(renamed, 'ReplacementObjectLink', made.identifier))
  if (publicKey !== undefined) {
    const key = await livingObjectOf(scope, publicKey)
    await change(scope, key, withLink(key.attributes, 'CertificateLink', made.identifier))
  }
  // What the batch speaks of next is the certificate, not the key that was changed last.
  scope.batch.made('ReCertify', made.identifier)
  return { uniqueIdentifier: made.identifier }
})
