/** Re-key Key Pair (KMIP 2.1 §6.1.47): both halves are replaced. */
import { failWith } from '../failure.ts'
import { addPair } from '../objects/add-pair.ts'
import { without } from '../objects/attributes.ts'
import { describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { keyPairOf } from '../objects/generate-keys.ts'
import { linkedBy, withLink } from '../objects/links.ts'
import { replacementAttributes } from '../objects/re-key.ts'
import { change, handler, livingObjectOf, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'

const replace = async (scope: Scope, old: KmipObject, made: KmipObject): Promise<void> => {
  const linked = withLink(made.attributes, 'ReplacedObjectLink', old.identifier)
  await scope.work.update(made, linked)
  const renamed = without(old.attributes, 'Name')
  await change(scope, old, withLink(renamed, 'ReplacementObjectLink', made.identifier))
}

export const reKeyKeyPair = handler('ReKeyKeyPair', async (scope, request) => {
  const oldPrivate = await livingObjectOf(scope, request.privateKeyUniqueIdentifier)
  const publicLink = linkedBy(oldPrivate.attributes, 'PublicKeyLink')
  if (publicLink === undefined) return failWith('ItemNotFound', 'no public key is linked')
  const oldPublic = await livingObjectOf(scope, publicLink)
  const common = request.commonAttributes
  const time = { now: scope.now, offset: request.offset }
  const ofPrivate = replacementAttributes(
    oldPrivate.attributes,
    await requestedAttributes(scope, common, request.privateKeyAttributes),
    time,
  )
  const ofPublic = replacementAttributes(
    oldPublic.attributes,
    await requestedAttributes(scope, common, request.publicKeyAttributes),
    time,
  )
  const pair = keyPairOf(scope, [...ofPrivate, ...ofPublic])
  const generated = { generated: true }
  const made = await addPair(scope, {
    privateKey: {
      value: pair.privateKey,
      attributes: describeObject(scope, pair.privateKey, ofPrivate, generated),
    },
    publicKey: {
      value: pair.publicKey,
      attributes: describeObject(scope, pair.publicKey, ofPublic, generated),
    },
  })
  await replace(scope, oldPrivate, made.privateKey)
  await replace(scope, oldPublic, made.publicKey)
  scope.batch.made('ReKeyKeyPairPublicKey', made.publicKey.identifier)
  scope.batch.made('ReKeyKeyPairPrivateKey', made.privateKey.identifier)
  scope.batch.made('ReKeyKeyPair', made.privateKey.identifier)
  return {
    privateKeyUniqueIdentifier: made.privateKey.identifier,
    publicKeyUniqueIdentifier: made.publicKey.identifier,
  }
})
