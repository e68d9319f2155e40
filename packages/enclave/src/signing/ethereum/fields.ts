/** Reads decoded values by the names of their fields, whose types a signature has fixed. */
import type { Bytes } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { FieldValue } from '../field-value.ts'

/** A field of another type than it is read as is a broken table, never a caller's fault. */
export type Fields = {
  has(name: string): boolean
  bytes(name?: string): Bytes
  uint(name?: string): bigint
  bool(name: string): boolean
  text(name: string): string
  items(name: string): readonly Fields[]
  struct(name?: string): Fields
}

type Of<Type extends FieldValue['type']> = Extract<FieldValue, { type: Type }>

export const fieldsOf = (value: FieldValue): Fields => {
  const at = <Type extends FieldValue['type']>(name: string | undefined, type: Type): Of<Type> => {
    const found =
      name === undefined ? value : value.type === 'struct' ? value.fields.get(name) : undefined
    assert(found?.type === type, 'a field has the type that its signature gives it')
    return found as Of<Type>
  }
  return {
    has: (name) => value.type === 'struct' && value.fields.has(name),
    bytes: (name) => at(name, 'bytes').value,
    uint: (name) => at(name, 'integer').value,
    bool: (name) => at(name, 'bool').value,
    text: (name) => at(name, 'text').value,
    items: (name) => at(name, 'list').items.map(fieldsOf),
    struct: (name) => fieldsOf(at(name, 'struct')),
  }
}
