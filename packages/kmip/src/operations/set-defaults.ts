/** Sets attributes that new objects begin with (KMIP 2.1 §6.1.53). */
import { optional } from '../schema/structure.ts'
import { defaultsInformation } from '../structures/server.ts'
import { operation } from './operation.ts'

export const setDefaults = operation(
  'SetDefaults',
  { since: '2.1' },
  {
    defaultsInformation: optional('DefaultsInformation', defaultsInformation),
  },
  {},
)
