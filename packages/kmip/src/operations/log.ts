/** Writes a line to the log of the server (KMIP 2.1 §6.1.29). */
import { text } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { operation } from './operation.ts'

export const log = operation(
  'Log',
  { since: '2.0' },
  {
    logMessage: required('LogMessage', text),
  },
  {},
)
