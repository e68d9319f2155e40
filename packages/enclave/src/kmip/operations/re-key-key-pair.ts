/** Re-key Key Pair (KMIP 2.1 §6.1.47): both halves are replaced. */
import { failWith } from '../failure.ts'
import { addPair, answerPair } from '../objects/add-pair.ts'
import { without } from '../objects/attributes.ts'
import { requestedAttributes } from '../objects/describe-object.ts'
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
  const made = await addPair(scope, { ofPrivate, ofPublic })
  await replace(scope, oldPrivate, made.privateKey)
  await replace(scope, oldPublic, made.publicKey)
  return answerPair(scope, 'ReKeyKeyPair', made)
})
