/** Export (KMIP 2.1 §6.1.18): an object with all its attributes. */
import { deliver } from '../objects/deliver.ts'
import { shownAttributes } from '../objects/shown-attributes.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const exportObject = handler('Export', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const delivered = await deliver(scope, object, request)
  return {
    objectType: delivered.type,
    uniqueIdentifier: object.identifier,
    attributes: shownAttributes(scope, object.attributes),
    object: delivered,
  }
})
