/** Re-key (KMIP 2.1 §6.1.46): a new key in the place of another; the name moves to it. */
import { failWith } from '../failure.ts'
import { without } from '../objects/attributes.ts'
import { describeObject, requestedAttributes } from '../objects/describe-object.ts'
import { symmetricKeyOf } from '../objects/generate-keys.ts'
import { linkedBy, withLink } from '../objects/links.ts'
import { replacementAttributes } from '../objects/re-key.ts'
import { addObject, change, handler, livingObjectOf } from '../scope.ts'

export const reKey = handler('ReKey', async (scope, request) => {
  const old = await livingObjectOf(scope, request.uniqueIdentifier)
  if (linkedBy(old.attributes, 'ReplacementObjectLink') !== undefined) {
    failWith('PermissionDenied', 'the object was replaced already')
  }
  const given = await requestedAttributes(scope, request.attributes)
  const time = { now: scope.now, offset: request.offset }
  const requested = replacementAttributes(old.attributes, given, time)
  const value = symmetricKeyOf(scope, requested)
  const described = describeObject(scope, value, requested, { generated: true })
  const made = addObject(scope, value, withLink(described, 'ReplacedObjectLink', old.identifier))
  const renamed = without(old.attributes, 'Name')
  await change(scope, old, withLink(renamed, 'ReplacementObjectLink', made.identifier))
  scope.batch.made('ReKey', made.identifier)
  return { uniqueIdentifier: made.identifier }
})
