/**
 * Under which keys an index has an object, and where it looks for what Locate names. A key may lead
 * to objects that do not match, never past one that does: what is found is compared afterwards.
 */
import type { Attribute } from '@holdfast/kmip'
import { type Attributes, valueOf } from '../objects/attributes.ts'
import { stateOf } from '../objects/lifecycle.ts'

/** Attributes of one plain value that clients look for. */
const plain: ReadonlySet<string> = new Set([
  'UniqueIdentifier',
  'ObjectType',
  'ObjectGroup',
  'CryptographicAlgorithm',
  'CryptographicLength',
  'ContactInformation',
])

const isPlain = (value: unknown): value is string | number | bigint | boolean =>
  ['string', 'number', 'bigint', 'boolean'].includes(typeof value)

const keyed = (...parts: readonly unknown[]): string | undefined =>
  parts.every(isPlain)
    ? JSON.stringify(parts.map((part) => [typeof part, String(part)]))
    : undefined

/** Where objects with this attribute stand; undefined for what is not indexed. */
export const keyOf = (one: Attribute): string | undefined => {
  if (one.name === 'Vendor') {
    const { vendor, attribute, value } = one
    return keyed(one.name, vendor, attribute, value.type, value.value)
  }
  if (one.name === 'Name') return keyed(one.name, one.value.nameValue)
  if (one.name === 'AlternativeName') return keyed(one.name, one.value.alternativeNameValue)
  if (one.name === 'ApplicationSpecificInformation') {
    const { applicationNamespace, applicationData } = one.value
    return keyed(one.name, applicationNamespace, applicationData)
  }
  if (one.name === 'Link') {
    return keyed(one.name, one.value.linkType, one.value.linkedObjectIdentifier)
  }
  return plain.has(one.name) ? keyed(one.name, one.value) : undefined
}

/** Objects whose state changes by a date, with nothing stored. */
export const timedKey = 'timed'

const stateKey = (state: unknown): string => `state ${String(state)}`

const isTimed = (attributes: Attributes): boolean => {
  const state = stateOf(attributes)
  return (
    (state === 'PreActive' && valueOf(attributes, 'ActivationDate') !== undefined) ||
    (state === 'Active' && valueOf(attributes, 'DeactivationDate') !== undefined)
  )
}

/** All keys of an object. */
export const keysOf = (attributes: Attributes): ReadonlySet<string> => {
  const keys = new Set<string>()
  for (const one of attributes) {
    const key = one.name === 'State' ? stateKey(one.value) : keyOf(one)
    if (key !== undefined) keys.add(key)
  }
  if (isTimed(attributes)) keys.add(timedKey)
  return keys
}

/** The keys of which an object that matches has one; undefined where any object may match. */
export const soughtBy = (one: Attribute): readonly string[] | undefined => {
  if (one.name === 'State') return [stateKey(one.value), timedKey]
  const key = keyOf(one)
  return key === undefined ? undefined : [key]
}
