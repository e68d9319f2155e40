/** Whether two attributes have one name and one value, whatever their index. */
import { equalBytes } from '@holdfast/base/bytes'
import type { Attribute } from '@holdfast/kmip'
import { isSameKind } from './attributes.ts'

export const isEqualValue = (left: unknown, right: unknown): boolean => {
  if (left === right) return true
  if (left instanceof Uint8Array && right instanceof Uint8Array) return equalBytes(left, right)
  if (typeof left !== 'object' || typeof right !== 'object') return false
  if (left === null || right === null) return false
  const keys = new Set([...Object.keys(left), ...Object.keys(right)])
  return [...keys].every((key) =>
    isEqualValue((left as Record<string, unknown>)[key], (right as Record<string, unknown>)[key]),
  )
}

export const isEqualAttribute = (left: Attribute, right: Attribute): boolean =>
  isSameKind(left, right) && isEqualValue(left.value, right.value)

/** Whether a value has all that another states: what Locate compares structures by. */
export const hasAllOf = (value: unknown, wanted: unknown): boolean => {
  if (typeof wanted !== 'object' || wanted === null || wanted instanceof Uint8Array) {
    return isEqualValue(value, wanted)
  }
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(wanted).every(
    ([key, part]) => part === undefined || hasAllOf((value as Record<string, unknown>)[key], part),
  )
}
