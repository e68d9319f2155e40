/** Solana messages, legacy and version 0 (docs: Transactions, "Message"), read strictly. */
import { type Bytes, toHex } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { solanaTransactionBytesMax } from '../limits.ts'

export type SolanaInstruction = {
  /** Index of a static account. */
  readonly program: number
  readonly accounts: readonly number[]
  readonly data: Bytes
}

export type LookupTable = {
  readonly address: Bytes
  readonly writable: readonly number[]
  readonly readonly: readonly number[]
}

export type SolanaMessage = {
  readonly version: 'legacy' | 0
  readonly requiredSignatures: number
  /** 32 bytes each; the first pays the fee, the first `requiredSignatures` sign. */
  readonly accounts: readonly Bytes[]
  /** A recent block's hash, or the nonce of a durable transaction. */
  readonly blockhash: Bytes
  readonly instructions: readonly SolanaInstruction[]
  readonly lookupTables: readonly LookupTable[]
}

const keyBytes = 32
const signatureBytes = 64

const malformed = (why: string): never => fail('bad_transaction', why, 'message')

type Reader = {
  readonly byte: () => number
  readonly bytes: (length: number) => Bytes
  /** compact-u16 in its shortest form. */
  readonly length: () => number
  readonly end: () => void
}

const readerOf = (untrusted: Bytes): Reader => {
  let offset = 0
  const byte = (): number => {
    const value = untrusted[offset] ?? malformed('the message is cut short')
    offset += 1
    return value
  }
  return {
    byte,
    bytes: (length) => {
      if (offset + length > untrusted.length) return malformed('the message is cut short')
      offset += length
      return untrusted.subarray(offset - length, offset)
    },
    length: () => {
      let value = 0
      for (let shift = 0; shift <= 14; shift += 7) {
        const next = byte()
        value |= (next & 0x7f) << shift
        if (next < 0x80) {
          const alias = next === 0 && shift > 0
          return alias || value > 0xffff ? malformed('a length is not canonical') : value
        }
      }
      return malformed('a length is not canonical')
    },
    end: () => {
      if (offset !== untrusted.length) malformed('bytes follow the message')
    },
  }
}

const list = <Item>(reader: Reader, item: () => Item): readonly Item[] =>
  Array.from({ length: reader.length() }, item)

const readInstruction = (reader: Reader): SolanaInstruction => ({
  program: reader.byte(),
  accounts: list(reader, reader.byte),
  data: reader.bytes(reader.length()),
})

const readLookupTable = (reader: Reader): LookupTable => ({
  address: reader.bytes(keyBytes),
  writable: list(reader, reader.byte),
  readonly: list(reader, reader.byte),
})

/** The rules that a validator checks before it runs anything (`sanitize`). */
const check = (message: SolanaMessage, readonlySigned: number, readonlyUnsigned: number): void => {
  const { accounts, requiredSignatures, instructions, lookupTables } = message
  const unsigned = accounts.length - requiredSignatures
  if (requiredSignatures === 0 || readonlySigned >= requiredSignatures) {
    malformed('no account pays the fee')
  }
  if (unsigned < 0 || readonlyUnsigned > unsigned) malformed('the header counts too many accounts')
  if (new Set(accounts.map(toHex)).size !== accounts.length) malformed('an account stands twice')
  const loaded = lookupTables.reduce((sum, table) => {
    const count = table.writable.length + table.readonly.length
    return count > 0 ? sum + count : malformed('a lookup table is not used')
  }, 0)
  const total = accounts.length + loaded
  if (total > 256) malformed('too many accounts')
  for (const instruction of instructions) {
    const { program } = instruction
    if (program === 0 || program >= accounts.length) malformed('a program is not a static account')
    if (instruction.accounts.some((index) => index >= total)) malformed('there is no such account')
  }
}

/** `bad_transaction` for anything but one well-formed message of version 0 or the legacy form. */
export const parseSolanaMessage = (untrusted: Bytes): SolanaMessage => {
  const reader = readerOf(untrusted)
  const first = reader.byte()
  const versioned = first >= 0x80
  if (versioned && first !== 0x80) return malformed('there is no such message version')
  const requiredSignatures = versioned ? reader.byte() : first
  if (1 + signatureBytes * requiredSignatures + untrusted.length > solanaTransactionBytesMax) {
    return malformed('the transaction is larger than a packet')
  }
  const readonlySigned = reader.byte()
  const readonlyUnsigned = reader.byte()
  const message: SolanaMessage = {
    version: versioned ? 0 : 'legacy',
    requiredSignatures,
    accounts: list(reader, () => reader.bytes(keyBytes)),
    blockhash: reader.bytes(keyBytes),
    instructions: list(reader, () => readInstruction(reader)),
    lookupTables: versioned ? list(reader, () => readLookupTable(reader)) : [],
  }
  reader.end()
  check(message, readonlySigned, readonlyUnsigned)
  return message
}
