/** Ends the use of an object (KMIP 2.1 §6.1.44). */
import { dateTime } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { revocationReason } from '../structures/lifecycle.ts'
import { anyObject, theObject } from './fields.ts'
import { operation } from './operation.ts'

export const revoke = operation(
  'Revoke',
  { since: '1.0' },
  {
    uniqueIdentifier: anyObject,
    revocationReason: required('RevocationReason', revocationReason),
    compromiseOccurrenceDate: optional('CompromiseOccurrenceDate', dateTime),
  },
  {
    uniqueIdentifier: theObject,
  },
)
