/** Register (KMIP 2.1 §6.1.43): takes over an object that the client has. */
import type { ManagedObject } from '@holdfast/kmip'
import { failWith } from '../failure.ts'
import { valuesOf } from '../objects/attributes.ts'
import {
  checkNames,
  defaulted,
  describeObject,
  requestedAttributes,
} from '../objects/describe-object.ts'
import { addObject, handler } from '../scope.ts'

const checkType = (objectType: unknown, object: ManagedObject): void => {
  if (objectType !== object.type) failWith('InvalidField', 'the object is of another type')
}

export const register = handler('Register', async (scope, request) => {
  checkType(request.objectType, request.object)
  const asked = await requestedAttributes(scope, request.attributes)
  const requested = defaulted(scope, request.object.type, asked)
  await checkNames(scope, requested)
  const isTemplate = request.object.type === 'Template'
  if (isTemplate && valuesOf(requested, 'Name').length === 0) {
    failWith('InvalidField', 'a template needs a name')
  }
  const attributes = describeObject(scope, request.object, requested, { generated: false })
  const { identifier } = addObject(scope, request.object, attributes)
  scope.batch.made('Register', identifier)
  return { uniqueIdentifier: identifier }
})
