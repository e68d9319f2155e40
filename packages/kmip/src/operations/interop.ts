/** Marks where a test case begins and ends (KMIP 2.1 §6.1.26). */
import { enumeration, text } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const interop = operation(
  'Interop',
  { since: '2.0' },
  {
    interopFunction: required('InteropFunction', enumeration('InteropFunction')),
    interopIdentifier: optional('InteropIdentifier', text),
  },
  {},
)
