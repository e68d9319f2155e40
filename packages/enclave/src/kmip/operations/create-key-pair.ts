/** Create Key Pair (KMIP 2.1 §6.1.10): the two halves link to each other. */
import { addPair, answerPair } from '../objects/add-pair.ts'
import { checkNames, defaulted, requestedAttributes } from '../objects/describe-object.ts'
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
  const made = await addPair(scope, { ofPrivate, ofPublic })
  return answerPair(scope, 'CreateKeyPair', made)
})
