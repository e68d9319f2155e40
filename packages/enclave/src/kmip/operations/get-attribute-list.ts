/** Get Attribute List (KMIP 2.1 §6.1.21). */
import { isReferenced, referenceOf } from '../objects/attributes.ts'
import { shownAttributes } from '../objects/shown-attributes.ts'
import { handler, objectOf } from '../scope.ts'

export const getAttributeList = handler('GetAttributeList', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const shown = shownAttributes(scope, object.attributes)
  const firsts = shown.filter(
    (one, index) => shown.findIndex((other) => isReferenced(other, referenceOf(one))) === index,
  )
  return { uniqueIdentifier: object.identifier, attributeReferences: firsts.map(referenceOf) }
})
