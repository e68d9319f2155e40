/** EIP-712: encodeType, encodeData and hashStruct, with arrays and nested structs. */
import { type Bytes, concat, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import {
  typedDataDepthMax,
  typedDataMembersMax,
  typedDataTypesMax,
  typedDataValuesMax,
} from '../limits.ts'
import { type JsonValue, valueEncoders } from './typed-values.ts'

type Member = { readonly name: string; readonly type: string }
export type TypedDataTypes = Readonly<Record<string, readonly Member[]>>

export type TypedDataHasher = {
  /** `Mail(Person from,string contents)Person(string name)`. */
  encodeType(struct: string): string
  hashStruct(struct: string, value: JsonValue): Bytes
}

const identifier = /^[A-Za-z_$][A-Za-z0-9_$]{0,127}$/
const typeForm = /^([A-Za-z_$][A-Za-z0-9_$]{0,127})((?:\[(?:[1-9][0-9]{0,4})?\]){0,4})$/

const wrong = (why: string, subject?: string): never => fail('bad_transaction', why, subject)

const baseOf = (type: string): string => typeForm.exec(type)?.[1] ?? wrong('not a type')

const checkTypes = (types: TypedDataTypes): void => {
  const names = Object.keys(types)
  if (names.length > typedDataTypesMax) wrong('too many types')
  for (const name of names) {
    const members = types[name] ?? []
    if (!identifier.test(name) || valueEncoders.has(name)) wrong('not the name of a struct')
    if (members.length > typedDataMembersMax) wrong('too many members')
    if (new Set(members.map((member) => member.name)).size !== members.length) {
      wrong('a member stands twice in one struct')
    }
    for (const member of members) {
      if (!identifier.test(member.name)) wrong('not the name of a member')
      const base = baseOf(member.type)
      if (!valueEncoders.has(base) && !Object.hasOwn(types, base)) wrong('there is no such type')
    }
  }
}

/** The structs that `struct` reaches, itself included. */
const reachable = (types: TypedDataTypes, struct: string, found: Set<string>): Set<string> => {
  if (found.has(struct) || !Object.hasOwn(types, struct)) return found
  found.add(struct)
  for (const member of types[struct] ?? []) reachable(types, baseOf(member.type), found)
  return found
}

const isStruct = (value: JsonValue): value is { readonly [name: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** `bad_transaction` for types that are not well-formed, or beyond the limits. */
export const typedDataHasher = (types: TypedDataTypes, crypto: Crypto): TypedDataHasher => {
  checkTypes(types)
  const typeHashes = new Map<string, Bytes>()
  let values = 0

  const encodeType = (struct: string): string => {
    if (!Object.hasOwn(types, struct)) return wrong('there is no such type')
    const others = reachable(types, struct, new Set())
    others.delete(struct)
    return [struct, ...[...others].toSorted()]
      .map((name) => {
        const members = (types[name] ?? []).map((member) => `${member.type} ${member.name}`)
        return `${name}(${members.join(',')})`
      })
      .join('')
  }

  const typeHash = (struct: string): Bytes => {
    const known = typeHashes.get(struct)
    if (known !== undefined) return known
    const hash = crypto.keccak256(utf8(encodeType(struct)))
    typeHashes.set(struct, hash)
    return hash
  }

  const hashArray = (type: string, value: JsonValue, depth: number): Bytes => {
    const open = type.lastIndexOf('[')
    const length = type.slice(open + 1, -1)
    if (!Array.isArray(value)) return wrong('a value is not an array')
    if (length !== '' && value.length !== Number(length)) {
      return wrong('an array has another length than its type')
    }
    const element = type.slice(0, open)
    return crypto.keccak256(
      ...(value as readonly JsonValue[]).map((item) => encodeValue(element, item, depth + 1)),
    )
  }

  const encodeValue = (type: string, value: JsonValue, depth: number): Bytes => {
    values += 1
    if (values > typedDataValuesMax || depth > typedDataDepthMax) {
      return wrong('too many values, or nested too deeply')
    }
    if (type.endsWith(']')) return hashArray(type, value, depth)
    const encode = valueEncoders.get(type)
    return encode === undefined ? hashStruct(type, value, depth + 1) : encode(value, crypto)
  }

  const hashStruct = (struct: string, value: JsonValue, depth: number): Bytes => {
    if (!isStruct(value)) return wrong('a value is not a struct')
    const encoded = (types[struct] ?? []).map((member) =>
      Object.hasOwn(value, member.name)
        ? encodeValue(member.type, value[member.name] as JsonValue, depth)
        : wrong('a value is missing'),
    )
    return crypto.keccak256(concat(typeHash(struct), ...encoded))
  }

  return { encodeType, hashStruct: (struct, value) => hashStruct(struct, value, 1) }
}
