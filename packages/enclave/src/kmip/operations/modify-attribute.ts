/** Modify Attribute (KMIP 2.1 §6.1.34): 1.x finds the instance by index, 2.x by value. */

import { checkChange, settled } from '../attributes/rules.ts'
import { failWith } from '../failure.ts'
import { indexOf, isSameKind } from '../objects/attributes.ts'
import { checkNames } from '../objects/describe-object.ts'
import { isEqualAttribute } from '../objects/equal-attributes.ts'
import { currentAttributes } from '../objects/lifecycle.ts'
import { change, handler, objectOf } from '../scope.ts'

export const modifyAttribute = handler('ModifyAttribute', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const { attribute: wanted, currentAttribute: current } = request
  checkChange(object, wanted, 'modify')
  const found = object.attributes.findIndex(
    (one) =>
      isSameKind(one, wanted) &&
      (current === undefined ? indexOf(one) === indexOf(wanted) : isEqualAttribute(one, current)),
  )
  const previous = object.attributes[found]
  if (previous === undefined) {
    return failWith('AttributeNotFound', 'the object has no such attribute')
  }
  if (wanted.name === 'Name') await checkNames(scope, [wanted], object.identifier)
  const index = indexOf(previous)
  const next = index === 0 ? settled(wanted) : { ...settled(wanted), index }
  const attributes = object.attributes.with(found, next)
  await change(scope, object, currentAttributes(attributes, scope.now))
  return { uniqueIdentifier: object.identifier, attribute: next }
})
