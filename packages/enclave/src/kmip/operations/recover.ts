/** Recover (KMIP 2.1 §6.1.42): the archive date goes. */
import { without } from '../objects/attributes.ts'
import { change, handler, objectOf } from '../scope.ts'

export const recover = handler('Recover', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  await change(scope, object, without(object.attributes, 'ArchiveDate'))
  return { uniqueIdentifier: object.identifier }
})
