/** Create (KMIP 2.1 §6.1.8): a symmetric key from this node's entropy. */
import { failWith } from '../failure.ts'
import {
  checkNames,
  defaulted,
  describeObject,
  requestedAttributes,
} from '../objects/describe-object.ts'
import { symmetricKeyOf } from '../objects/generate-keys.ts'
import { addObject, handler } from '../scope.ts'

export const create = handler('Create', async (scope, request) => {
  if (request.objectType !== 'SymmetricKey') {
    failWith('InvalidObjectType', 'only symmetric keys are made so')
  }
  const asked = await requestedAttributes(scope, request.attributes)
  const requested = defaulted(scope, 'SymmetricKey', asked)
  await checkNames(scope, requested)
  const value = symmetricKeyOf(scope, requested)
  const attributes = describeObject(scope, value, requested, { generated: true })
  const { identifier } = addObject(scope, value, attributes)
  scope.batch.made('Create', identifier)
  return { objectType: request.objectType, uniqueIdentifier: identifier }
})
