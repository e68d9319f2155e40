/** Activate (KMIP 2.1 §6.1.1). */
import { failWith } from '../failure.ts'
import { withValues } from '../objects/attributes.ts'
import { stateOf, withState } from '../objects/lifecycle.ts'
import { change, handler, livingObjectOf } from '../scope.ts'

export const activate = handler('Activate', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  if (stateOf(object.attributes) !== 'PreActive') {
    failWith('WrongKeyLifecycleState', 'only an object that was never active is activated')
  }
  const active = withState(object.attributes, 'Active')
  await change(scope, object, withValues(active, { ActivationDate: scope.now }))
  return { uniqueIdentifier: object.identifier }
})
