/** Revoke (KMIP 2.1 §6.1.44). */
import { failWith } from '../failure.ts'
import { type Attributes, withValues } from '../objects/attributes.ts'
import { stateOf, withState } from '../objects/lifecycle.ts'
import { change, handler, livingObjectOf } from '../scope.ts'

export const revoke = handler('Revoke', async (scope, request) => {
  const object = await livingObjectOf(scope, request.uniqueIdentifier)
  const { revocationReason: reason, compromiseOccurrenceDate: occurred } = request
  const code = reason.revocationReasonCode
  const isCompromise = code === 'KeyCompromise' || code === 'CACompromise'
  const state = stateOf(object.attributes)
  if (!isCompromise && state !== 'Active') {
    failWith('WrongKeyLifecycleState', 'only an active object is deactivated')
  }
  const dates: Attributes = isCompromise
    ? withValues(object.attributes, {
        CompromiseDate: scope.now,
        CompromiseOccurrenceDate: occurred ?? scope.now,
      })
    : withValues(object.attributes, { DeactivationDate: scope.now })
  const next =
    isCompromise && state === 'Compromised'
      ? dates
      : withState(dates, isCompromise ? 'Compromised' : 'Deactivated')
  await change(scope, object, withValues(next, { RevocationReason: reason }))
  return { uniqueIdentifier: object.identifier }
})
