/** Asks for time to use an object (KMIP 2.1 §6.1.35). */
import { dateTime, interval } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const obtainLease = operation(
  'ObtainLease',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
  },
  {
    uniqueIdentifier: theObject,
    leaseTime: required('LeaseTime', interval),
    lastChangeDate: required('LastChangeDate', dateTime),
  },
)
