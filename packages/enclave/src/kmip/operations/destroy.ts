/** Destroy (KMIP 2.1 §6.1.15): the value is gone in every zone, the attributes stay. */
import { failWith } from '../failure.ts'
import { withValues } from '../objects/attributes.ts'
import { stateOf, withState } from '../objects/lifecycle.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const destroy = handler('Destroy', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const state = stateOf(object.attributes)
  if (state === 'Active') {
    failWith('WrongKeyLifecycleState', 'an active object must be revoked first')
  }
  const to = state === 'Compromised' ? 'DestroyedCompromised' : 'Destroyed'
  const destroyed = state === undefined ? object.attributes : withState(object.attributes, to)
  await scope.work.destroy(
    object,
    withValues(destroyed, { DestroyDate: scope.now, LastChangeDate: scope.now }),
  )
  scope.signingKeys.erase(object.id)
  return { uniqueIdentifier: object.identifier }
})
