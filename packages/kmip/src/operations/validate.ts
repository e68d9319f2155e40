/** Judges a chain of certificates (KMIP 2.1 §6.1.57). */
import { dateTime, enumeration } from '../schema/primitives.ts'
import { many, optional, required } from '../schema/structure.ts'
import { certificate } from '../structures/objects.ts'
import { objectReference } from '../structures/references.ts'
import { operation } from './operation.ts'

export const validate = operation(
  'Validate',
  { since: '1.0' },
  {
    certificates: many('Certificate', certificate),
    uniqueIdentifiers: many('UniqueIdentifier', objectReference),
    validityDate: optional('ValidityDate', dateTime),
  },
  {
    validityIndicator: required('ValidityIndicator', enumeration('ValidityIndicator')),
  },
)
