/** The key of a cryptographic operation: its state, dates and usage mask allow the use. */
import { hasBits, type MaskBit, type ObjectReference } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { valueOf, valuesOf } from '../objects/attributes.ts'
import { stateOf } from '../objects/lifecycle.ts'
import { isArchived, livingObjectOf, lookUp, type Scope } from '../scope.ts'
import type { KmipObject } from '../workspace.ts'
import type { Parameters } from './symmetric.ts'

/** Protecting needs an active key; processing what was protected may outlive it (NIST 800-57). */
export type Use = { readonly bit: MaskBit<'CryptographicUsageMask'>; readonly protects: boolean }

const checkDates = (scope: Scope, { attributes }: KmipObject, { protects }: Use): void => {
  const start = valueOf(attributes, 'ProcessStartDate')
  const stop = valueOf(attributes, 'ProtectStopDate')
  if (!protects && start !== undefined && start > scope.now) {
    failWith('WrongKeyLifecycleState', 'the object may not process yet')
  }
  if (protects && stop !== undefined && stop <= scope.now) {
    failWith('WrongKeyLifecycleState', 'the object may not protect any more')
  }
}

/** Refuses what the state, the dates and the usage mask of a key do not allow. */
const checkUse = (scope: Scope, object: KmipObject, use: Use): void => {
  if (stateOf(object.attributes) !== 'Active') {
    failWith('WrongKeyLifecycleState', 'the object is not active')
  }
  checkDates(scope, object, use)
  const mask = valueOf(object.attributes, 'CryptographicUsageMask') ?? 0
  if (!hasBits(mask, 'CryptographicUsageMask', use.bit)) {
    failWith('IncompatibleCryptographicUsageMask', 'the object may not be used so')
  }
}

export const usableKey = async (
  scope: Scope,
  reference: ObjectReference | undefined,
  use: Use,
): Promise<KmipObject> => {
  const object = await livingObjectOf(scope, reference)
  checkUse(scope, object, use)
  return object
}

/** The key that wraps or opens another; the batch goes on speaking of that one. */
export const wrappingKey = async (
  scope: Scope,
  identifier: string,
  use: Use,
): Promise<KmipObject> => {
  const key = await lookUp(scope, identifier)
  if (key === undefined) return failWith('WrappingObjectNotFound', 'no such wrapping key')
  if (key.destroyed) failWith('WrappingObjectDestroyed', 'the wrapping key was destroyed')
  if (isArchived(key)) failWith('WrappingObjectArchived', 'the wrapping key is archived')
  checkUse(scope, key, use)
  return key
}

/** Parameters of a request, what they leave out from those of the key. */
export const parametersOf = (object: KmipObject, given: Parameters | undefined): Parameters => {
  const own = valuesOf(object.attributes, 'CryptographicParameters')[0] ?? {}
  if (given === undefined) return own
  const stated = Object.entries(given).filter(([, value]) => value !== undefined)
  return stated.length === 0 ? own : Object.fromEntries(stated)
}
