/** Get Attributes (KMIP 2.1 §6.1.20). */
import { failWith } from '../failure.ts'
import { isReferenced } from '../objects/attributes.ts'
import { shownAttributes } from '../objects/shown-attributes.ts'
import { handler, objectOf } from '../scope.ts'

export const getAttributes = handler('GetAttributes', async (scope, request) => {
  const references = request.attributeReferences ?? []
  const names = references.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)))
  if (new Set(names).size < names.length) {
    failWith('InvalidMessage', 'an attribute is named more than once')
  }
  const object = await objectOf(scope, request.uniqueIdentifier)
  const shown = shownAttributes(scope, object.attributes)
  const attributes =
    references.length === 0
      ? shown
      : references.flatMap((reference) => shown.filter((one) => isReferenced(one, reference)))
  return { uniqueIdentifier: object.identifier, attributes }
})
