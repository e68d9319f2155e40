/** Ethereum transactions, as far as a client needs them: built unsigned, and checked signed. */
import {
  type Bytes,
  bytesToUint,
  concat,
  fromHex,
  toHex,
  uintToBytes,
  utf8,
} from '@holdfast/base/bytes'
import { fail } from '@holdfast/base/errors'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { decodeRlp, encodeRlp, type Rlp, rlpInteger } from './rlp.ts'

/** EIP-1559 (type 2), without an access list. Money in wei. */
export type FeeMarketTransaction = {
  readonly chainId: bigint
  readonly nonce: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly maxFeePerGas: bigint
  readonly gas: bigint
  /** Absent: a contract's creation. */
  readonly to?: string
  readonly value: bigint
  readonly data?: Bytes
}

const addressBytes = (address: string): Bytes =>
  /^0x[0-9a-fA-F]{40}$/.test(address)
    ? fromHex(address.slice(2).toLowerCase())
    : fail('invalid_field', 'not an Ethereum address', 'to')

/** The unsigned transaction, as `sign` takes it: type byte ‖ RLP. */
export const encodeFeeMarketTransaction = (transaction: FeeMarketTransaction): Bytes =>
  concat(
    Uint8Array.of(2),
    encodeRlp([
      rlpInteger(transaction.chainId),
      rlpInteger(transaction.nonce),
      rlpInteger(transaction.maxPriorityFeePerGas),
      rlpInteger(transaction.maxFeePerGas),
      rlpInteger(transaction.gas),
      transaction.to === undefined ? new Uint8Array(0) : addressBytes(transaction.to),
      rlpInteger(transaction.value),
      transaction.data ?? new Uint8Array(0),
      [],
    ]),
  )

/** EIP-55: the checksummed address of an uncompressed public key (65 bytes). */
const addressOf = (publicKey: Bytes): string => {
  const address = toHex(keccak_256(publicKey.subarray(1)).subarray(12))
  const hash = toHex(keccak_256(utf8(address)))
  const letters = Array.from(address, (letter, index) =>
    Number.parseInt(hash[index] ?? '0', 16) >= 8 ? letter.toUpperCase() : letter,
  )
  return `0x${letters.join('')}`
}

/** Who signed a digest; r ‖ s ‖ v, 65 bytes, v 27 or 28. `bad_transaction` where nobody did. */
export const recoverEthereumSigner = (digest: Bytes, signature: Bytes): string => {
  const v = signature[64]
  if (signature.length !== 65 || (v !== 27 && v !== 28)) {
    return fail('bad_transaction', 'not a signature of 65 bytes with v 27 or 28')
  }
  try {
    const recovered = concat(Uint8Array.of(v - 27), signature.subarray(0, 64))
    const point = secp256k1.Signature.fromBytes(recovered, 'recovered').recoverPublicKey(digest)
    return addressOf(point.toBytes(false))
  } catch {
    return fail('bad_transaction', 'the signature is of no key')
  }
}

/** EIP-191 version 0x45: what `personal_sign` signs. */
export const personalMessageDigest = (message: Bytes): Bytes =>
  keccak_256(concat(utf8(`\u0019Ethereum Signed Message:\n${message.length}`), message))

const word = (value: Rlp | undefined): Bytes => uintToBytes(integer(value), 32)

/** An integer in its only encoding, without leading zeros. */
const integer = (value: Rlp | undefined): bigint =>
  value instanceof Uint8Array && value[0] !== 0
    ? bytesToUint(value)
    : fail('bad_transaction', 'no number')

/** A signed transaction of any type, taken apart. */
export type SignedTransaction = {
  /** The bytes whose hash was signed: what `sign` was given. */
  readonly unsigned: Bytes
  /** r ‖ s ‖ v, v 27 or 28. */
  readonly signature: Bytes
}

/** `bad_transaction` for anything but the one encoding of a signed transaction. */
export const readSignedTransaction = (signed: Bytes): SignedTransaction => {
  const type = signed[0]
  if (type === undefined) return fail('bad_transaction', 'the transaction is empty')
  const typed = type < 0x80
  const fields = decodeRlp(typed ? signed.subarray(1) : signed)
  if (fields instanceof Uint8Array || fields.length < 9 || (!typed && fields.length > 9)) {
    return fail('bad_transaction', 'the transaction has another number of fields')
  }
  const [v, r, s] = fields.slice(-3)
  const parity = integer(v)
  // EIP-155: v is chain id · 2 + 35 + parity; before it 27 + parity.
  const chainId = typed || parity < 35n ? undefined : (parity - 35n) / 2n
  const odd = typed ? parity : parity < 35n ? parity - 27n : (parity - 35n) % 2n
  const replay = chainId === undefined ? [] : [rlpInteger(chainId), rlpInteger(0n), rlpInteger(0n)]
  const unsigned = typed
    ? concat(Uint8Array.of(type), encodeRlp(fields.slice(0, -3)))
    : encodeRlp([...fields.slice(0, 6), ...replay])
  if (odd !== 0n && odd !== 1n) return fail('bad_transaction', 'the signature has no parity')
  return { unsigned, signature: concat(word(r), word(s), Uint8Array.of(27 + Number(odd))) }
}

/** The sender of a signed transaction of any type, from its signature alone. */
export const senderOfTransaction = (signed: Bytes): string => {
  const { unsigned, signature } = readSignedTransaction(signed)
  return recoverEthereumSigner(keccak_256(unsigned), signature)
}
