/** Import (KMIP 2.1 §6.1.25): an object under the identifier and attributes of another server. */
import { failWith } from '../failure.ts'
import { type Attributes, hasValue, isSameKind } from '../objects/attributes.ts'
import { checkNames, describeObject } from '../objects/describe-object.ts'
import { addObject, handler } from '../scope.ts'

/** What the exporting server said wins over what this one would say. */
const merged = (described: Attributes, given: Attributes): Attributes => [
  ...given,
  ...described.filter((one) => !given.some((other) => isSameKind(one, other))),
]

export const importObject = handler('Import', async (scope, request) => {
  const given = request.attributes ?? []
  const existing = await scope.work.find(request.uniqueIdentifier)
  if (existing !== undefined) {
    failWith(
      request.replaceExisting === true ? 'FeatureNotSupported' : 'ObjectAlreadyExists',
      'an object with this identifier exists',
    )
  }
  await checkNames(scope, given)
  const described = describeObject(scope, request.object, [], { generated: false })
  const identity = given.filter((one) => one.name !== 'UniqueIdentifier')
  const attributes = merged(described, identity)
  if (!hasValue(attributes, 'ObjectType')) failWith('InvalidField', 'the object has no type')
  const { identifier } = addObject(scope, request.object, attributes, request.uniqueIdentifier)
  scope.batch.made('Import', identifier)
  return { uniqueIdentifier: identifier }
})
