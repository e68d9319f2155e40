/** Atomic values of EIP-712, from JSON to 32-byte words, each read in one way. */
import { type Bytes, concat, fromHex, uintToBytes, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { Crypto } from '../../ports/crypto.ts'
import { parseAddress } from './address.ts'

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

const wrong = (type: string): never => fail('bad_transaction', 'a value is not of its type', type)

/** A safe JSON integer, decimal text, or 0x-prefixed hexadecimal text. */
export const typedInteger = (value: JsonValue | undefined): bigint | undefined => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : undefined
  if (typeof value !== 'string') return undefined
  return /^(?:-?(?:0|[1-9][0-9]{0,77})|0x[0-9a-fA-F]{1,64})$/.test(value)
    ? BigInt(value)
    : undefined
}

const hexBytes = (value: JsonValue, type: string): Bytes =>
  typeof value === 'string' && /^0x(?:[0-9a-fA-F]{2})*$/.test(value)
    ? fromHex(value.slice(2))
    : wrong(type)

const word = (bytes: Bytes): Bytes => concat(new Uint8Array(32 - bytes.length), bytes)

type Encode = (value: JsonValue, crypto: Crypto) => Bytes

const unsigned =
  (bits: number): Encode =>
  (value) => {
    const integer = typedInteger(value)
    return integer === undefined || integer < 0n || integer >> BigInt(bits) !== 0n
      ? wrong(`uint${bits}`)
      : uintToBytes(integer, 32)
  }

const signed =
  (bits: number): Encode =>
  (value) => {
    const integer = typedInteger(value)
    return integer === undefined || BigInt.asIntN(bits, integer) !== integer
      ? wrong(`int${bits}`)
      : uintToBytes(BigInt.asUintN(256, integer), 32)
  }

const fixedBytes =
  (length: number): Encode =>
  (value) => {
    const bytes = hexBytes(value, `bytes${length}`)
    return bytes.length === length
      ? concat(bytes, new Uint8Array(32 - length))
      : wrong(`bytes${length}`)
  }

const encodeAddress: Encode = (value, crypto) =>
  word((typeof value === 'string' ? parseAddress(value, crypto) : undefined) ?? wrong('address'))

const encodeBool: Encode = (value) =>
  typeof value === 'boolean' ? word(Uint8Array.of(value ? 1 : 0)) : wrong('bool')

/** Encoders replace an unpaired surrogate: what is signed would not be what is shown. */
const encodeString: Encode = (value, crypto) =>
  typeof value === 'string' && value.isWellFormed()
    ? crypto.keccak256(utf8(value))
    : wrong('string')

const sizes = Array.from({ length: 32 }, (_, index) => index + 1)

/** EIP-712 §Definition of typed structured data: the atomic and the dynamic types, no aliases. */
export const valueEncoders: ReadonlyMap<string, Encode> = new Map<string, Encode>([
  ['address', encodeAddress],
  ['bool', encodeBool],
  ['string', encodeString],
  ['bytes', (value, crypto) => crypto.keccak256(hexBytes(value, 'bytes'))],
  ...sizes.flatMap((bytes): [string, Encode][] => [
    [`uint${bytes * 8}`, unsigned(bytes * 8)],
    [`int${bytes * 8}`, signed(bytes * 8)],
    [`bytes${bytes}`, fixedBytes(bytes)],
  ]),
])
