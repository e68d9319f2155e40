/** Add Attribute (KMIP 2.1 §6.1.2). */

import { checkChange, settled } from '../attributes/rules.ts'
import { failWith } from '../failure.ts'
import { indexOf, isSameKind, repeats, withAdded } from '../objects/attributes.ts'
import { checkNames } from '../objects/describe-object.ts'
import { change, handler, objectOf } from '../scope.ts'

export const addAttribute = handler('AddAttribute', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const added = settled(request.attribute)
  checkChange(object, added, 'add')
  if (!repeats(added) && object.attributes.some((one) => isSameKind(one, added))) {
    failWith('AttributeSingleValued', 'the attribute has a value')
  }
  if (added.name === 'Name') await checkNames(scope, [added])
  const attributes = withAdded(object.attributes, added)
  await change(scope, object, attributes)
  const stored = attributes.at(-1) ?? added
  return {
    uniqueIdentifier: object.identifier,
    attribute: indexOf(stored) === 0 ? settled(added) : stored,
  }
})
