/** Whether a condition of a rule holds for a field of a call or of typed data. */
import { fieldSteps } from '@holdfast/base/policies/field-path'
import type { Condition } from '@holdfast/base/policy-conditions'
import { type FieldValue, type StructValue, writtenValue } from '../signing/field-value.ts'

/** Every value that the path leads to; undefined where it leads nowhere. */
const valuesAt = (root: StructValue, path: string): readonly FieldValue[] | undefined => {
  let values: readonly FieldValue[] = [root]
  for (const step of fieldSteps(path)) {
    const next: FieldValue[] = []
    for (const value of values) {
      if (step === 'each') {
        if (value.type !== 'list') return undefined
        next.push(...value.items)
      } else {
        const field = value.type === 'struct' ? value.fields.get(step.name) : undefined
        if (field === undefined) return undefined
        next.push(field)
      }
    }
    values = next
  }
  return values
}

const isOne = (value: FieldValue, listed: readonly string[]): boolean => {
  const text = writtenValue(value)
  return value.type === 'bytes'
    ? listed.some((one) => one.toLowerCase() === text)
    : text !== undefined && listed.includes(text)
}

const holds = (value: FieldValue, { in: listed, min, max }: Condition): boolean => {
  if (listed !== undefined && !isOne(value, listed)) return false
  if (min === undefined && max === undefined) return listed !== undefined
  if (value.type !== 'integer') return false
  if (min !== undefined && value.value < BigInt(min)) return false
  return max === undefined || value.value <= BigInt(max)
}

/** Every condition, for every value that it names; a path that leads nowhere holds never. */
export const allHold = (root: StructValue, where: readonly Condition[] | undefined): boolean =>
  where === undefined ||
  where.every((condition) =>
    valuesAt(root, condition.field)?.every((value) => holds(value, condition)),
  )

/** Each condition for one value at least; a path that leads nowhere cannot be said, so it holds. */
export const someHold = (root: StructValue, where: readonly Condition[] | undefined): boolean =>
  where === undefined ||
  where.every((condition) => {
    const values = valuesAt(root, condition.field)
    return values === undefined || values.some((value) => holds(value, condition))
  })
