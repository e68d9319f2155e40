/** Delete Attribute (KMIP 2.1 §6.1.13): 1.x finds the instance by index, 2.x by value or all. */
import type { Attribute } from '@holdfast/kmip'
import { checkChange } from '../attributes/rules.ts'
import { failWith } from '../failure.ts'
import { indexOf, isReferenced } from '../objects/attributes.ts'
import { isEqualAttribute } from '../objects/equal-attributes.ts'
import { change, handler, objectOf } from '../scope.ts'

export const deleteAttribute = handler('DeleteAttribute', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const { currentAttribute: current, attributeReference: reference, attributeIndex } = request
  const isWanted = (one: Attribute): boolean => {
    if (current !== undefined) return isEqualAttribute(one, current)
    if (reference === undefined || !isReferenced(one, reference)) return false
    return scope.version.startsWith('2') || indexOf(one) === (attributeIndex ?? 0)
  }
  const deleted = object.attributes.filter(isWanted)
  const [first] = deleted
  if (first === undefined) {
    return failWith('AttributeNotFound', 'the object has no such attribute')
  }
  for (const one of deleted) checkChange(object, one, 'delete')
  await change(
    scope,
    object,
    object.attributes.filter((one) => !isWanted(one)),
  )
  return { uniqueIdentifier: object.identifier, attribute: first }
})
