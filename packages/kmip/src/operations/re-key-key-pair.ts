/** Replaces a key pair by a new one (KMIP 2.1 §6.1.47). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { text } from '../schema/primitives.ts'
import { optional, required } from '../schema/structure.ts'
import { objectReference } from '../structures/references.ts'
import { offset, pairStorageMasks } from './fields.ts'
import { operation } from './operation.ts'

export const reKeyKeyPair = operation(
  'ReKeyKeyPair',
  { since: '1.1' },
  {
    privateKeyUniqueIdentifier: optional('PrivateKeyUniqueIdentifier', objectReference),
    offset,
    commonAttributes: optionalAttributes('Common'),
    privateKeyAttributes: optionalAttributes('PrivateKey'),
    publicKeyAttributes: optionalAttributes('PublicKey'),
    ...pairStorageMasks,
  },
  {
    privateKeyUniqueIdentifier: required('PrivateKeyUniqueIdentifier', text),
    publicKeyUniqueIdentifier: required('PublicKeyUniqueIdentifier', text),
    privateKeyAttributes: impliedAttributes('PrivateKey'),
    publicKeyAttributes: impliedAttributes('PublicKey'),
  },
)
