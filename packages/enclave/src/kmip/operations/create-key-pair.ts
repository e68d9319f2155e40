/** Create Key Pair (KMIP 2.1 §6.1.10): the two halves link to each other. */

import { addPair } from '../objects/add-pair.ts'
import {
  checkNames,
  defaulted,
  describeObject,
  requestedAttributes,
} from '../objects/describe-object.ts'
import { keyPairOf } from '../objects/generate-keys.ts'
import { handler } from '../scope.ts'

export const createKeyPair = handler('CreateKeyPair', async (scope, request) => {
  const common = request.commonAttributes
  const ofPrivate = defaulted(
    scope,
    'PrivateKey',
    await requestedAttributes(scope, common, request.privateKeyAttributes),
  )
  const ofPublic = defaulted(
    scope,
    'PublicKey',
    await requestedAttributes(scope, common, request.publicKeyAttributes),
  )
  await checkNames(scope, ofPrivate)
  await checkNames(scope, ofPublic)
  const pair = keyPairOf(scope, [...ofPrivate, ...ofPublic])
  const generated = { generated: true }
  const made = await addPair(scope, {
    privateKey: {
      value: pair.privateKey,
      attributes: describeObject(scope, pair.privateKey, ofPrivate, generated),
    },
    publicKey: {
      value: pair.publicKey,
      attributes: describeObject(scope, pair.publicKey, ofPublic, generated),
    },
  })
  scope.batch.made('CreateKeyPairPublicKey', made.publicKey.identifier)
  scope.batch.made('CreateKeyPairPrivateKey', made.privateKey.identifier)
  scope.batch.made('CreateKeyPair', made.privateKey.identifier)
  return {
    privateKeyUniqueIdentifier: made.privateKey.identifier,
    publicKeyUniqueIdentifier: made.publicKey.identifier,
  }
})
