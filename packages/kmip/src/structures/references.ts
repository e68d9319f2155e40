/** Objects and data that a request names by their place rather than by value (KMIP 2.1 §4.58). */
import type { Bytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Item } from '../item.ts'
import { bytes, type EnumerationValue, enumeration, integer, text } from '../schema/primitives.ts'
import { subjectOf, type Type } from '../schema/type.ts'
import { isSecond, type Version } from '../version.ts'

/** From 2.0 on: what an operation of this request made last, or the nth of what it returned. */
type Placed<Name extends 'UniqueIdentifier' | 'Data'> =
  | { readonly last: EnumerationValue<Name> }
  | { readonly nth: number }

/** An object: its identifier, or from 2.0 on a place. */
export type ObjectReference = string | Placed<'UniqueIdentifier'>

/** Data of a cryptographic operation: the bytes, or from 2.0 on a place. */
export type DataReference = Bytes | Placed<'Data'>

const placed = <Direct, Name extends 'UniqueIdentifier' | 'Data'>(
  direct: Type<Direct>,
  isDirect: (value: unknown) => value is Direct,
  name: Name,
): Type<Direct | Placed<Name>> => {
  const last = enumeration(name)
  const check = (tag: number, version: Version): void => {
    if (!isSecond(version)) fail('malformed', `not a reference of ${version}`, subjectOf(tag))
  }
  const read = (item: Item, version: Version): Direct | Placed<Name> => {
    if (item.type !== 'Enumeration' && item.type !== 'Integer') return direct.read(item, version)
    check(item.tag, version)
    return item.type === 'Integer' ? { nth: item.value } : { last: last.read(item, version) }
  }
  const write = (tag: number, value: Direct | Placed<Name>, version: Version): Item => {
    if (isDirect(value)) return direct.write(tag, value, version)
    check(tag, version)
    return 'nth' in value
      ? integer.write(tag, value.nth, version)
      : last.write(tag, value.last, version)
  }
  return { read, write }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isBytes = (value: unknown): value is Bytes => value instanceof Uint8Array

export const objectReference: Type<ObjectReference> = placed(text, isText, 'UniqueIdentifier')
export const dataReference: Type<DataReference> = placed(bytes, isBytes, 'Data')
