/** Get (KMIP 2.1 §6.1.19): the object, in the format and wrapping that is asked. */
import { valueOf, withValues } from '../objects/attributes.ts'
import { deliver } from '../objects/deliver.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const get = handler('Get', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const delivered = await deliver(scope, object, request)
  scope.memory.takeTurn(object.id)
  // The first Get alone changes the state: later ones only read.
  if (valueOf(object.attributes, 'Fresh') === true) {
    await scope.work.update(object, withValues(object.attributes, { Fresh: false }))
  }
  return {
    objectType: delivered.type,
    uniqueIdentifier: object.identifier,
    object: delivered,
  }
})
