/** Makes a private and a public key on the server (KMIP 2.1 §6.1.9). */
import { impliedAttributes, optionalAttributes } from '../attributes/lists.ts'
import { text } from '../schema/primitives.ts'
import { required } from '../schema/structure.ts'
import { pairStorageMasks } from './fields.ts'
import { operation } from './operation.ts'

export const createKeyPair = operation(
  'CreateKeyPair',
  { since: '1.0' },
  {
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
