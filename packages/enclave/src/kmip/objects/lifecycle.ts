/** States of an object and the transitions between them (KMIP 2.1 §4.55, NIST SP 800-57). */
import type { AttributeValue } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { type Attributes, valueOf, withValues } from './attributes.ts'

export type State = Exclude<AttributeValue<'State'>, number>

/** From each state, those that may follow. */
const transitions: Readonly<Record<State, readonly State[]>> = {
  PreActive: ['Active', 'Compromised', 'Destroyed'],
  Active: ['Deactivated', 'Compromised'],
  Deactivated: ['Compromised', 'Destroyed'],
  Compromised: ['DestroyedCompromised'],
  Destroyed: ['DestroyedCompromised'],
  DestroyedCompromised: [],
}

export const canBecome = (from: State, to: State): boolean => transitions[from].includes(to)

/** The state of an object, undefined for objects that have none. */
export const stateOf = (attributes: Attributes): State | undefined =>
  valueOf(attributes, 'State') as State | undefined

/** The attributes in the next state; refuses a transition that the table has not. */
export const withState = (attributes: Attributes, to: State): Attributes => {
  const from = stateOf(attributes)
  if (from !== undefined && !canBecome(from, to)) {
    failWith('WrongKeyLifecycleState', `an object in state ${from} cannot become ${to}`)
  }
  return withValues(attributes, { State: to })
}

/** The attributes as they are now: dates that have passed activate and deactivate. */
export const currentAttributes = (attributes: Attributes, now: bigint): Attributes => {
  const activation = valueOf(attributes, 'ActivationDate')
  const deactivation = valueOf(attributes, 'DeactivationDate')
  let current = attributes
  if (stateOf(current) === 'PreActive' && activation !== undefined && activation <= now) {
    current = withState(current, 'Active')
  }
  if (stateOf(current) === 'Active' && deactivation !== undefined && deactivation <= now) {
    current = withState(current, 'Deactivated')
  }
  return current
}
