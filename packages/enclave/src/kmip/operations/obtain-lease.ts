/** Obtain Lease (KMIP 2.1 §6.1.35). */
import { failWith } from '../failure.ts'
import { valueOf } from '../objects/attributes.ts'
import { stateOf } from '../objects/lifecycle.ts'
import { handler, livingObjectOf } from '../scope.ts'

export const obtainLease = handler('ObtainLease', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const state = stateOf(object.attributes)
  if (state === 'Compromised' || state === 'Deactivated') {
    failWith('PermissionDenied', 'the object is not used any more')
  }
  return {
    uniqueIdentifier: object.identifier,
    leaseTime: valueOf(object.attributes, 'LeaseTime') ?? scope.facts.leaseSeconds,
    lastChangeDate: valueOf(object.attributes, 'LastChangeDate') ?? scope.now,
  }
})
