/** Whether an object has the attributes that Locate names (KMIP 2.1 §6.1.28). */
import { type Attribute, attributeTable } from '@holdfast/kmip'
import { type Attributes, isSameKind } from '../objects/attributes.ts'
import { hasAllOf } from '../objects/equal-attributes.ts'

const masks: ReadonlySet<string> = new Set(['CryptographicUsageMask', 'ProtectionStorageMask'])

const isDate = (name: string): boolean =>
  name.endsWith('Date') && Object.hasOwn(attributeTable, name)

const isEqual = (own: Attribute, wanted: Attribute): boolean => {
  if (masks.has(own.name)) {
    const bits = Number(wanted.value)
    return (Number(own.value) & bits) === bits
  }
  return hasAllOf(own.value, wanted.value)
}

/** Two values of one date are the ends of a span. */
const inSpan = (own: Attribute, ends: readonly Attribute[]): boolean => {
  const values = ends.map(({ value }) => value as bigint).toSorted((a, b) => (a < b ? -1 : 1))
  const value = own.value as bigint
  return value >= (values[0] as bigint) && value <= (values.at(-1) as bigint)
}

export const matches = (attributes: Attributes, wanted: readonly Attribute[]): boolean =>
  wanted.every((one) => {
    const own = attributes.filter((other) => isSameKind(other, one))
    const same = wanted.filter((other) => isSameKind(other, one))
    if (isDate(one.name) && same.length === 2) return own.some((value) => inSpan(value, same))
    return own.some((value) => isEqual(value, one))
  })
