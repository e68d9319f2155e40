/** Adjust Attribute (KMIP 2.1 §6.1.3): raises, lowers or negates a number or a truth. */
import type { AnyValue, Attribute, EnumerationValue } from '@holdfast/kmip'
import { checkChange } from '../attributes/rules.ts'
import { failWith } from '../failure.ts'
import { isReferenced } from '../objects/attributes.ts'
import { change, handler, objectOf } from '../scope.ts'

type Kind = EnumerationValue<'AdjustmentType'>

const amount = (value: AnyValue | undefined): bigint => {
  if (value === undefined) return 1n
  return typeof value.value === 'number' || typeof value.value === 'bigint'
    ? BigInt(value.value)
    : failWith('InvalidDataType', 'an attribute is adjusted by a number')
}

const adjusted = (value: unknown, kind: Kind, by: bigint): unknown => {
  if (typeof value === 'boolean') {
    return kind === 'Negate' ? !value : failWith('InvalidDataType', 'a truth is only negated')
  }
  if (typeof value !== 'number' && typeof value !== 'bigint') {
    return failWith('InvalidDataType', 'the attribute is no number')
  }
  const next =
    kind === 'Negate' ? -BigInt(value) : BigInt(value) + (kind === 'Increment' ? by : -by)
  return typeof value === 'bigint' ? next : Number(next)
}

export const adjustAttribute = handler('AdjustAttribute', async (scope, request) => {
  const object = await objectOf(scope, request.uniqueIdentifier)
  const { attributeReference: reference, adjustmentType, adjustmentValue } = request
  const found = object.attributes.findIndex((one) => isReferenced(one, reference))
  const previous = object.attributes[found]
  if (previous === undefined) {
    return failWith('AttributeNotFound', 'the object has no such attribute')
  }
  checkChange(object, previous, 'modify')
  const by = amount(adjustmentValue)
  const next =
    previous.name === 'Vendor'
      ? {
          ...previous,
          value: {
            ...previous.value,
            value: adjusted(previous.value.value, adjustmentType, by),
          },
        }
      : { ...previous, value: adjusted(previous.value, adjustmentType, by) }
  await change(scope, object, object.attributes.with(found, next as Attribute))
  return { uniqueIdentifier: object.identifier }
})
