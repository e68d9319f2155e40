/** Bitcoin transactions, as far as a client needs them to check what it is given. */
import { type Bytes, concat, toHex, uintToBytes } from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { sha256 } from '@noble/hashes/sha2.js'
import { reader } from './reader.ts'

export type Output = { readonly amount: bigint; readonly script: Bytes }

export type Input = {
  /** As in the serialisation: the reverse of what is shown. */
  readonly txid: Bytes
  readonly index: number
  readonly sequence: number
  readonly script: Bytes
}

export type Transaction = {
  readonly version: number
  readonly inputs: readonly Input[]
  readonly outputs: readonly Output[]
  readonly lockTime: number
  /** One list for each input; none in the form without witnesses. */
  readonly witnesses: readonly (readonly Bytes[])[]
}

export const uint32 = (value: number): Bytes => uintToBytes(BigInt(value), 4).toReversed()
export const uint64 = (value: bigint): Bytes => uintToBytes(value, 8).toReversed()

/** Counts and lengths here are below 2³². */
export const compactSize = (value: number): Bytes => {
  if (value < 0xfd) return Uint8Array.of(value)
  if (value > 0xffff) return concat(Uint8Array.of(0xfe), uint32(value))
  return concat(Uint8Array.of(0xfd), uint32(value).subarray(0, 2))
}

export const sized = (bytes: Bytes): Bytes => concat(compactSize(bytes.length), bytes)

export const outpoint = ({ txid, index }: Input): Bytes => concat(txid, uint32(index))
export const encodeOutput = ({ amount, script }: Output): Bytes =>
  concat(uint64(amount), sized(script))

/** Without witnesses: what a transaction id is the hash of. */
export const encodeTransaction = (of: Omit<Transaction, 'witnesses'>): Bytes =>
  concat(
    uint32(of.version),
    compactSize(of.inputs.length),
    ...of.inputs.map((input) =>
      concat(outpoint(input), sized(input.script), uint32(input.sequence)),
    ),
    compactSize(of.outputs.length),
    ...of.outputs.map(encodeOutput),
    uint32(of.lockTime),
  )

/** As it stands in the serialisation. */
export const transactionId = (of: Transaction): Bytes => sha256(sha256(encodeTransaction(of)))

/** What its owner means by it: inputs and outputs, without what proves that he may. */
export const meaningOf = (of: Omit<Transaction, 'witnesses'>): string =>
  toHex(
    encodeTransaction({
      ...of,
      inputs: of.inputs.map((input) => ({ ...input, script: new Uint8Array(0) })),
    }),
  )

/** BIP-144: marker and flag in place of the count of inputs. */
const witnessMark = 0

/** `bad_transaction` for anything but one whole transaction. */
export const parseTransaction = (untrusted: Bytes): Transaction => {
  const { bytes, uint, size, sized, isAtEnd } = reader(untrusted)
  const list = <Item>(count: number, read: () => Item): readonly Item[] =>
    count > untrusted.length
      ? fail('bad_transaction', 'a list is longer than the bytes')
      : Array.from({ length: count }, read)
  const version = Number(uint(4))
  const first = size()
  const hasWitnesses = first === witnessMark
  if (hasWitnesses && uint(1) !== 1n) return fail('bad_transaction', 'there are no inputs')
  const inputs = list(hasWitnesses ? size() : first, () => ({
    txid: bytes(32),
    index: Number(uint(4)),
    script: sized(),
    sequence: Number(uint(4)),
  }))
  const outputs = list(size(), () => ({ amount: uint(8), script: sized() }))
  const witnesses = hasWitnesses ? inputs.map(() => list(size(), sized)) : []
  const lockTime = Number(uint(4))
  if (!isAtEnd()) return fail('bad_transaction', 'bytes stand behind the transaction')
  return { version, inputs, outputs, witnesses, lockTime }
}
