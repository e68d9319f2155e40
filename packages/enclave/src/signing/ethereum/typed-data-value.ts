/** Typed data as values of its types, once hashing has checked that it has them (EIP-712). */
import { fromHex } from '@holdfast/base/bytes'
import { assert } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import type { FieldValue, StructValue } from '../field-value.ts'
import { parseAddress } from './address.ts'
import type { TypedDataTypes } from './typed-data-hash.ts'
import { type JsonValue, typedInteger } from './typed-values.ts'

type Struct = { readonly [name: string]: JsonValue }

const bytesOf = (value: JsonValue): FieldValue => ({
  type: 'bytes',
  value: fromHex((value as string).slice(2)),
})

const addressOf = (value: JsonValue, crypto: Crypto): FieldValue => {
  const bytes = parseAddress(value as string, crypto)
  assert(bytes !== undefined, 'hashing has read the address')
  return { type: 'bytes', value: bytes }
}

const atomOf = (type: string, value: JsonValue, crypto: Crypto): FieldValue => {
  if (type === 'address') return addressOf(value, crypto)
  if (type === 'bool') return { type: 'bool', value: value === true }
  if (type === 'string') return { type: 'text', value: value as string }
  if (type.startsWith('bytes')) return bytesOf(value)
  const integer = typedInteger(value)
  assert(integer !== undefined, 'hashing has read the integer')
  return { type: 'integer', value: integer }
}

/** The members of the type alone: what a signature does not cover is nobody's business. */
export const typedStruct = (
  types: TypedDataTypes,
  struct: string,
  value: JsonValue,
  crypto: Crypto,
): StructValue => {
  const valueOf = (type: string, of: JsonValue): FieldValue => {
    if (type.endsWith(']')) {
      const element = type.slice(0, type.lastIndexOf('['))
      const items = (of as readonly JsonValue[]).map((item) => valueOf(element, item))
      return { type: 'list', items }
    }
    return Object.hasOwn(types, type)
      ? typedStruct(types, type, of, crypto)
      : atomOf(type, of, crypto)
  }
  const fields = (types[struct] ?? []).map(({ name, type }): [string, FieldValue] => [
    name,
    valueOf(type, (value as Struct)[name] as JsonValue),
  ])
  return { type: 'struct', fields: new Map(fields) }
}
