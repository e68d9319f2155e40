/** Replaces a key pair by a new one (KMIP 2.1 §6.1.47). */
import { optional } from '../schema/structure.ts'
import { objectReference } from '../structures/references.ts'
import { offset, pairAttributes, thePair } from './fields.ts'
import { operation } from './operation.ts'

export const reKeyKeyPair = operation(
  'ReKeyKeyPair',
  { since: '1.1' },
  {
    privateKeyUniqueIdentifier: optional('PrivateKeyUniqueIdentifier', objectReference),
    offset,
    ...pairAttributes,
  },
  thePair,
)
