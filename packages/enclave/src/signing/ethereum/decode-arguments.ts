/** Any ABI-encoded arguments in their one canonical form (contract ABI specification, v0.8). */
import { type Bytes, fromUtf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { AbiMember, AbiType } from '@holdfast/base/policies/method'
import type { FieldValue, StructValue } from '../field-value.ts'
import { abiValuesMax } from '../limits.ts'

const wordBytes = 32

const notCanonical = (): never => fail('bad_transaction', 'the arguments are not canonical')

const isZero = (bytes: Bytes): boolean => bytes.every((byte) => byte === 0)

const isDynamic = (type: AbiType): boolean => {
  if (type.kind === 'array') return type.length === undefined || isDynamic(type.of)
  if (type.kind === 'tuple') return type.members.some((member) => isDynamic(member.type))
  return type.kind === 'bytes' || type.kind === 'string'
}

/** Bytes that the type takes up in a head. */
const headBytes = (type: AbiType): number => {
  if (isDynamic(type)) return wordBytes
  if (type.kind === 'array') return (type.length ?? 0) * headBytes(type.of)
  if (type.kind !== 'tuple') return wordBytes
  return type.members.reduce((sum, member) => sum + headBytes(member.type), 0)
}

/** A word; most are small. */
const toUint = (word: Bytes): bigint => {
  const view = new DataView(word.buffer, word.byteOffset, wordBytes)
  const low = view.getBigUint64(24)
  const [high, upper, lower] = [0, 8, 16].map((at) => view.getBigUint64(at)) as [
    bigint,
    bigint,
    bigint,
  ]
  if (high === 0n && upper === 0n && lower === 0n) return low
  return (((((high << 64n) | upper) << 64n) | lower) << 64n) | low
}

const textOf = (bytes: Bytes): string => {
  try {
    return fromUtf8(bytes)
  } catch {
    return notCanonical()
  }
}

type Atom = Exclude<AbiType, { kind: 'array' | 'tuple' | 'bytes' | 'string' }>

const readAtom = (type: Atom, word: Bytes): FieldValue => {
  if (type.kind === 'address') {
    const value = word.subarray(12)
    return isZero(word.subarray(0, 12)) ? { type: 'bytes', value } : notCanonical()
  }
  if (type.kind === 'fixed-bytes') {
    const value = word.subarray(0, type.length)
    return isZero(word.subarray(type.length)) ? { type: 'bytes', value } : notCanonical()
  }
  const value = toUint(word)
  if (type.kind === 'bool') {
    return value <= 1n ? { type: 'bool', value: value === 1n } : notCanonical()
  }
  if (type.kind === 'uint') {
    return value >> BigInt(type.bits) === 0n ? { type: 'integer', value } : notCanonical()
  }
  const signed = BigInt.asIntN(256, value)
  return BigInt.asIntN(type.bits, signed) === signed
    ? { type: 'integer', value: signed }
    : notCanonical()
}

type Read = { readonly value: FieldValue; readonly end: number }

const structOf = (members: readonly AbiMember[], values: readonly FieldValue[]): StructValue => ({
  type: 'struct',
  fields: new Map(members.map(({ name }, index) => [name, values[index] as FieldValue])),
})

const argumentReader = (untrusted: Bytes) => {
  let count = 0

  const slice = (at: number, length: number): Bytes =>
    at + length <= untrusted.length ? untrusted.subarray(at, at + length) : notCanonical()

  const length = (at: number): number => {
    const value = toUint(slice(at, wordBytes))
    return value <= BigInt(untrusted.length) ? Number(value) : notCanonical()
  }

  const readStatic = (type: AbiType, at: number): FieldValue => {
    if (type.kind === 'tuple') {
      const { values } = readAll(
        type.members.map((member) => member.type),
        at,
      )
      return structOf(type.members, values)
    }
    if (type.kind === 'array') {
      const { values } = readAll(Array<AbiType>(type.length ?? 0).fill(type.of), at)
      return { type: 'list', items: values }
    }
    return readAtom(type as Atom, slice(at, wordBytes))
  }

  const readDynamic = (type: AbiType, at: number): Read => {
    if (type.kind === 'tuple') {
      const types = type.members.map((member) => member.type)
      const { values, end } = readAll(types, at)
      return { value: structOf(type.members, values), end }
    }
    if (type.kind === 'array') {
      const begin = type.length === undefined ? at + wordBytes : at
      const { values, end } = readAll(
        Array<AbiType>(type.length ?? length(at)).fill(type.of),
        begin,
      )
      return { value: { type: 'list', items: values }, end }
    }
    const bytes = slice(at + wordBytes, length(at))
    const padded = Math.ceil(bytes.length / wordBytes) * wordBytes
    const padding = slice(at + wordBytes + bytes.length, padded - bytes.length)
    if (!isZero(padding)) return notCanonical()
    const end = at + wordBytes + padded
    return type.kind === 'string'
      ? { value: { type: 'text', value: textOf(bytes) }, end }
      : { value: { type: 'bytes', value: bytes }, end }
  }

  /** Heads one after another, then the tails in their order, without gaps. */
  const readAll = (types: readonly AbiType[], base: number) => {
    count += types.length
    if (count > abiValuesMax) return notCanonical()
    let head = base
    let tail = base + types.reduce((sum, type) => sum + headBytes(type), 0)
    if (tail > untrusted.length) return notCanonical()
    const values: FieldValue[] = []
    for (const type of types) {
      if (isDynamic(type)) {
        if (toUint(slice(head, wordBytes)) !== BigInt(tail - base)) return notCanonical()
        const { value, end } = readDynamic(type, tail)
        values.push(value)
        tail = end
      } else values.push(readStatic(type, head))
      head += headBytes(type)
    }
    return { values, end: tail }
  }

  return readAll
}

/** Throws `bad_transaction` for all but the one encoding that compilers and libraries produce. */
export const decodeArguments = (inputs: readonly AbiMember[], untrusted: Bytes): StructValue => {
  const types = inputs.map((input) => input.type)
  const { values, end } = argumentReader(untrusted)(types, 0)
  return end === untrusted.length ? structOf(inputs, values) : notCanonical()
}
