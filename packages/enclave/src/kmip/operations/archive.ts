/** Archive (KMIP 2.1 §6.1.4). */
import { withValues } from '../objects/attributes.ts'
import { change, handler, livingObjectOf } from '../scope.ts'

export const archive = handler('Archive', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  await change(scope, object, withValues(object.attributes, { ArchiveDate: scope.now }))
  return { uniqueIdentifier: object.identifier }
})
