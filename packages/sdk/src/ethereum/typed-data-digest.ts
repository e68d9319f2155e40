/** What a signature over typed data is over (EIP-712), computed by the client for itself. */
import { type Bytes, concat, fromHex, uintToBytes, utf8 } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import type { SignPayload } from '@holdfast/base/requests/sign'
import { keccak_256 } from '@noble/hashes/sha3.js'

type TypedData = Extract<SignPayload, { kind: 'ethereum.typed-data' }>['typedData']
type Types = TypedData['types']

const domainName = 'EIP712Domain'

/** EIP-712 §Definition of domainSeparator, for types that do not name the domain's. */
const domainFields = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]

const wrong = (): never => fail('bad_transaction', 'not typed data of EIP-712')

const membersOf = (types: Types, struct: string): Types[string] =>
  Object.hasOwn(types, struct) ? (types[struct] ?? wrong()) : wrong()

const collect = (types: Types, struct: string, found: Set<string>): Set<string> => {
  if (found.has(struct) || !Object.hasOwn(types, struct)) return found
  found.add(struct)
  for (const { type } of membersOf(types, struct)) {
    collect(types, type.replace(/\[.*$/, ''), found)
  }
  return found
}

const typeHash = (types: Types, struct: string): Bytes => {
  const others = collect(types, struct, new Set())
  others.delete(struct)
  const texts = [struct, ...[...others].toSorted()].map((name) => {
    const members = membersOf(types, name).map((member) => `${member.type} ${member.name}`)
    return `${name}(${members.join(',')})`
  })
  return keccak_256(utf8(texts.join('')))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : wrong())
const hexOf = (value: unknown): Bytes => fromHex(textOf(value).slice(2).toLowerCase())

/** Decimal or hexadecimal text, or a JSON integer; negative ones as two's complement. */
const integerWord = (value: unknown): Bytes =>
  typeof value === 'string' || typeof value === 'number'
    ? uintToBytes(BigInt.asUintN(256, BigInt(value)), 32)
    : wrong()

const word = (bytes: Bytes): Bytes => concat(new Uint8Array(32 - bytes.length), bytes)

const atom = (type: string, value: unknown): Bytes => {
  if (type === 'string') return keccak_256(utf8(textOf(value)))
  if (type === 'bytes') return keccak_256(hexOf(value))
  if (type === 'bool') return word(Uint8Array.of(value === true ? 1 : 0))
  if (type === 'address') return word(hexOf(value))
  if (/^u?int\d+$/.test(type)) return integerWord(value)
  if (!/^bytes\d+$/.test(type)) return wrong()
  const bytes = hexOf(value)
  return concat(bytes, new Uint8Array(32 - bytes.length))
}

const valueOf = (types: Types, type: string, value: unknown): Bytes => {
  if (type.endsWith(']')) {
    if (!Array.isArray(value)) return wrong()
    const element = type.slice(0, type.lastIndexOf('['))
    return keccak_256(concat(...value.map((item) => valueOf(types, element, item))))
  }
  return Object.hasOwn(types, type) ? structHash(types, type, value) : atom(type, value)
}

const structHash = (types: Types, struct: string, value: unknown): Bytes => {
  const fields = value as Readonly<Record<string, unknown>>
  const encoded = membersOf(types, struct).map(({ name, type }) =>
    valueOf(types, type, fields[name]),
  )
  return keccak_256(concat(typeHash(types, struct), ...encoded))
}

/** `bad_transaction`, or an error of a reader, for what is no typed data. */
export const typedDataDigest = ({ types, primaryType, domain, message }: TypedData): Bytes => {
  const used = Object.hasOwn(types, domainName)
    ? types
    : { ...types, [domainName]: domainFields.filter(({ name }) => Object.hasOwn(domain, name)) }
  const separator = structHash(used, domainName, domain)
  const hash = structHash(used, primaryType, message)
  return keccak_256(concat(Uint8Array.of(0x19, 0x01), separator, hash))
}
